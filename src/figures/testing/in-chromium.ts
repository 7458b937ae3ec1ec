/** A page in a real browser, as a file that somebody was sent. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Without a browser these tests skip. */
export const hasChromium: boolean = executablePath !== undefined;

export interface Opened {
  readonly page: Page;
  /** What the page said on its console, errors among it. */
  readonly said: readonly string[];
  /** What it asked for beside itself and what it holds. */
  readonly asked: readonly string[];
}

/** Opens `html`, and leaves nothing behind. */
export async function inChromium(html: string, look: (opened: Opened) => Promise<void>): Promise<void> {
  const { chromium } = createRequire(import.meta.url)('playwright-core') as typeof import('playwright-core');
  const folder = mkdtempSync(join(tmpdir(), 'unstained-page-'));
  const file = join(folder, 'page.html');
  writeFileSync(file, html);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    const said: string[] = [];
    const asked: string[] = [];
    const { href } = pathToFileURL(file);
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:') && request.url() !== href) asked.push(request.url());
    });
    await page.goto(href);
    await look({ page, said, asked });
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

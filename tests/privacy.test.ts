/** Nothing leaves the machine, and nothing is left on it: ONNX Runtime's own reporting stays off. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const built = fileURLToPath(new URL('../dist/', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'unstained-privacy-'));
afterAll(() => rmSync(home, { recursive: true }));

it.skipIf(!existsSync(built))('a network that runs writes nothing to the home folder and to temporary files', () => {
  const script = `
    const { devices } = await import(${JSON.stringify(`${built}api/index.js`)});
    const { nodeWorld } = await import(${JSON.stringify(`${built}node/index.js`)});
    console.log(JSON.stringify(await devices(nodeWorld({ threads: 1 }))));
  `;
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    USERPROFILE: home,
    TMPDIR: home,
    TMP: home,
    TEMP: home,
    XDG_CACHE_HOME: home,
  };
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' });
  expect(JSON.parse(printed)).toMatchObject({ schema: 'unstained.devices/1' });
  expect(readdirSync(home)).toEqual([]);
});

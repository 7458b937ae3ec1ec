/**
 * The public surface, names and types, is a file that a change has to change: exports.snapshot.txt, made anew by
 * `npx vitest run tests/exports.test.ts -u`. Read its diff as a user would.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { describe, expect, it, onTestFinished } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** Every export of src/api/index.ts with its type, without comments; then the types that these name and do not export. */
function publicSurface(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'unstained-exports-')));
  // The declarations import packages; under node_modules itself they would pass for a package's and not be followed.
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const emit = ['-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', folder];
  execFileSync(process.execPath, [tsc, ...emit], { cwd: ROOT, stdio: 'inherit' });

  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, 'api/index.d.ts'),
      compiler: { overrideTsconfig: { extends: join(ROOT, 'tsconfig.json'), include: [join(folder, '**/*.d.ts')] } },
      apiReport: { enabled: true, reportFileName: 'report.api.md', reportFolder: folder, reportTempFolder: folder },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
    },
  });
  const unexported: string[] = [];
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback(message) {
      message.handled = true;
      if (message.messageId === 'ae-forgotten-export') unexported.push(/"(.+?)"/.exec(message.text)![1]);
    },
  });
  const report = readFileSync(join(folder, 'report.api.md'), 'utf8');
  const code = report.slice(report.indexOf('```ts') + 5, report.lastIndexOf('```'));
  const lines = code.split(/\r?\n/).filter((line) => !/^\s*(?:\/\/.*)?$/.test(line));
  return [...lines, ...unexported.toSorted().map((name) => `// named above, not exported: ${name}`), ''].join('\n');
}

describe.skipIf(!existsSync(join(ROOT, 'src/api/index.ts')))('the public surface', () => {
  it('is what exports.snapshot.txt says', async () => {
    await expect(publicSurface()).toMatchFileSnapshot('exports.snapshot.txt');
  });
});

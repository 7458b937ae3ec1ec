/** What npm would publish: all that users need, nothing that only the tests do, and no more bytes than agreed. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
/** Bytes of the tarball. 13.5 MB are the examples, which the demo needs offline; whoever needs more says why here. */
const CEILING = 15e6;

interface Packed {
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

function pack(): { readonly size: number; readonly paths: readonly string[] } {
  const options = { cwd: ROOT, encoding: 'utf8', shell: process.platform === 'win32' } as const;
  const [{ size, files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], options),
  ) as Packed[];
  return { size, paths: files.map(({ path }) => path) };
}

/** Every file that package.json's `exports` and `bin` name, as paths in the package. */
function entries(): string[] {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  const { exports, bin } = JSON.parse(text) as { exports?: unknown; bin?: unknown };
  const named = JSON.stringify([exports ?? [], bin ?? []]).matchAll(/"(?:\.\/)?(dist\/[^"]+)"/g);
  return [...named].map(([, path]) => path);
}

describe.skipIf(!existsSync(join(ROOT, 'dist')))('the package (needs dist: npm run build)', () => {
  let size: number;
  let paths: readonly string[];
  beforeAll(() => {
    ({ size, paths } = pack());
  });

  it('holds every file that package.json names as an entry', () => {
    expect(entries().length).toBeGreaterThan(0);
    expect(entries().filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('holds licence, readme and the examples with their licences', () => {
    const planes = Array.from({ length: 13 }, (_, z) => `phase_z${String(z).padStart(2, '0')}.png`);
    const needed = [
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'config.schema.json',
      ...[...planes, 'dapi.png', 'map2.png', 'nfh.png', 'LICENSE'].map((name) => `examples/isl-motor-neurons/${name}`),
      ...['light.tif', 'nuc.tif', 'weight.tif', 'LICENSE'].map((name) => `examples/allen-dna/${name}`),
    ];
    expect(needed.filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('holds no tests, fixtures or sources', () => {
    const unwanted = /^(?:tests|src|bench|docs)\/|\.test\.|\/testing\/|\/fixtures\//;
    expect(paths.filter((path) => unwanted.test(path))).toEqual([]);
  });

  it(`is no larger than ${CEILING / 1e6} MB`, () => {
    console.info(`tarball: ${(size / 1e6).toFixed(2)} MB, ${paths.length} files`);
    expect(size).toBeLessThan(CEILING);
  });
});

/** The entry for browsers, as a bundler sees it: nothing of Node, little at once, and a format only when a file needs it. */
import { beforeAll, expect, it } from 'vitest';
import { bundle, sourcesOf, withImports, type Bundle } from './bundle.ts';

const ENTRY = 'src/browser/index.ts';
/**
 * Bytes, minified, that a page loads before it knows what file it reads. Whoever needs more says why here.
 * Half of it are small codecs of all formats (PNG, Blosc, LZ4, ...), which stand in one room.
 */
const CEILING = 80_000;

let made: Bundle;
beforeAll(async () => {
  made = await bundle(ENTRY);
});

/** The module that a source begins, which is one that is imported when it is needed. */
function moduleOf(source: string): string {
  const found = Object.entries(made.metafile.outputs).find(([, { entryPoint }]) => entryPoint === source);
  expect(found, source).toBeDefined();
  return found![0];
}

it('needs nothing of Node and no native runtime', () => {
  const imports = Object.values(made.metafile.outputs).flatMap((module) => module.imports);
  expect(imports.filter(({ external }) => external)).toEqual([]);
  expect(Object.keys(made.metafile.inputs).filter((source) => /onnxruntime|src\/(?:node|cli)\//.test(source))).toEqual(
    [],
  );
});

it('what needs Node is refused, so that the test above can fail', async () => {
  await expect(bundle('src/node/index.ts')).rejects.toThrow(/Could not resolve "node:/);
});

it('exports what a page reads images with', () => {
  expect(made.metafile.outputs[moduleOf(ENTRY)].exports.sort()).toEqual([
    'browserFiles',
    'folderFiles',
    'isUnstainedError',
    'openImage',
    'parseImagePath',
    'readVolume',
    'selectImage',
  ]);
});

it(`loads no more than ${CEILING / 1000} kB before it knows the file`, () => {
  const { outputs } = made.metafile;
  const atOnce = [...withImports(made.metafile, moduleOf(ENTRY))];
  const bytes = atOnce.reduce((sum, module) => sum + outputs[module].bytes, 0);
  console.info(`unstained/browser: ${(bytes / 1000).toFixed(1)} kB at once`);
  expect(bytes).toBeLessThan(CEILING);
});

it.each([
  ['the entry', ENTRY, /src\/io\/(?:tiff|czi|zarr)\/|png-image|fast-xml-parser|zarrita|fzstd|numcodecs/],
  ['a PNG', 'src/io/png-image.ts', /src\/io\/(?:tiff|czi|zarr)\/|fast-xml-parser|zarrita|fzstd|numcodecs/],
  ['a TIFF', 'src/io/tiff/open-tiff.ts', /src\/io\/(?:czi|zarr)\/|png-image|zarrita|numcodecs/],
])('%s does not load what other formats need', (_, source, others) => {
  const modules = withImports(made.metafile, moduleOf(source));
  expect(sourcesOf(made.metafile, modules).filter((used) => others.test(used))).toEqual([]);
});

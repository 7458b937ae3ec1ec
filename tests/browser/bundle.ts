/** Code as a page gets it: bundled by esbuild into modules, those that are imported when they are needed on their own. */
import { join, relative } from 'node:path';
import { build, type Metafile } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');

export interface Bundle {
  /** By name: `index.js`, and what it imports beside it. */
  readonly modules: ReadonlyMap<string, Uint8Array>;
  readonly metafile: Metafile;
}

/** Throws where something cannot be had in a browser, such as a `node:` import. */
export async function bundle(entry: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outdir: 'bundle',
    bundle: true,
    minify: true,
    splitting: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  });
  const modules = outputFiles.map(({ path, contents }) => [relative(join(ROOT, 'bundle'), path), contents] as const);
  return { modules: new Map(modules), metafile };
}

/** The modules of a bundle, and those without which they do not run: `bundle/index.js` and what it imports at once. */
export function withImports({ outputs }: Metafile, module: string): ReadonlySet<string> {
  const needed = new Set([module]);
  for (const name of needed)
    for (const { path, kind } of outputs[name].imports) if (kind === 'import-statement') needed.add(path);
  return needed;
}

/** The sources that have a part in modules. */
export function sourcesOf({ outputs }: Metafile, modules: Iterable<string>): readonly string[] {
  return [...modules].flatMap((module) => {
    const inputs = Object.entries(outputs[module].inputs);
    return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([source]) => source);
  });
}

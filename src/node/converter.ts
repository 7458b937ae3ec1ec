/** Formats that are not read here, through a program of the user's: what it makes is read through once, then kept. */
import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { ImageError } from '../core/index.ts';
import { openImage, type Converter } from '../io/index.ts';
import { conversionCache, digest } from './conversion-cache.ts';
import { findConverter, runConverter, type ConverterProgram } from './converter-program.ts';
import { nodeFiles } from './files.ts';
import { exists } from './unfinished.ts';

export interface ConverterSettings {
  /** Path of bfconvert, bioformats2raw or bioformats_package.jar; null: the environment or the PATH says. */
  readonly program?: string | null;
  /** Where conversions are kept; null: `UNSTAINED_CACHE`, else the user's cache folder. */
  readonly cacheFolder?: string | null;
  /** Of all that is kept; 20 GB where nothing is said. */
  readonly cacheBytes?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

type Call = Parameters<Converter['convert']>[1];

const CACHE_BYTES = 20e9;

/**
 * How each program is called, its version first. All series go into one file; nothing breaks beyond 4 GB; pyramids stay
 * pyramids. The output's name is relative, since bfconvert takes a % in a path for a pattern.
 */
const CALLS = {
  bfconvert: {
    version: ['-version'],
    options: ['-no-upgrade', '-overwrite', '-noflat', '-bigtiff', '-compression', 'LZW'],
    output: 'image.ome.tif',
  },
  bioformats2raw: { version: ['--version'], options: [], output: 'image.ome.zarr' },
} as const;

/** A converter that looks for its program when the first file needs it. */
export function userConverter({
  program = null,
  cacheFolder = null,
  cacheBytes = CACHE_BYTES,
  env = process.env,
}: ConverterSettings = {}): Converter {
  const cache = conversionCache(join(cacheFolder ?? defaultCache(env), 'conversions'), cacheBytes);
  let found: Promise<ConverterProgram | null> | null = null;
  let version: Promise<string> | null = null;
  return {
    async convert(path, call) {
      if (!(await exists(path))) return null; // of a web server, which no program of the user's can open
      const converter = await (found ??= findConverter(program, env));
      if (!converter) return null;
      const { kind } = converter;
      const said = await (version ??= versionOf(converter, env));
      const key = await keyOf(path, [kind, said, ...CALLS[kind].options], call.signal);
      const converted = await cache.get(key, call.signal, async (folder) => {
        call.onNote?.(`${path}: ${kind} converts it; this is done once, as long as the file stays the same`);
        await makeImage(converter, path, folder, env, call);
        return { name: CALLS[kind].output, of: resolve(path), by: `${kind} ${said}` };
      });
      return { path: converted, through: kind };
    },
  };
}

/** `UNSTAINED_CACHE`, else the user's cache folder. */
export function defaultCache(env: Readonly<Record<string, string | undefined>>): string {
  if (env.UNSTAINED_CACHE) return env.UNSTAINED_CACHE;
  if (process.platform === 'win32') return join(env.LOCALAPPDATA ?? tmpdir(), 'unstained');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'unstained');
}

async function versionOf(converter: ConverterProgram, env: NonNullable<ConverterSettings['env']>): Promise<string> {
  const { code, output } = await runConverter(converter, CALLS[converter.kind].version, { cwd: tmpdir(), env });
  if (code === 0 && output !== '') return output;
  throw new ImageError('image/converter', {
    file: converter.command,
    what: `${converter.command} does not tell its version (exit code ${code ?? 'none'}): ${output || 'it printed nothing'}`,
    why: 'It is asked to convert an image.',
    remedy: `Check that it runs: ${[converter.command, ...converter.prefix, ...CALLS[converter.kind].version].join(' ')}`,
  });
}

/**
 * What the image depends on: the bytes of the file and of nothing else, but for formats of several files, whose other files
 * bear the same name; of those the sizes and times are taken.
 */
async function keyOf(path: string, made: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  const { sha256 } = await digest(path, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
  const hash = createHash('sha256').update(JSON.stringify([sha256, basename(path), ...made]));
  for (const companion of await companionsOf(resolve(path))) hash.update(JSON.stringify(companion));
  return hash.digest('hex');
}

/** `x.ids` beside `x.ics`, the folders `x.oif.files` and `_x_` beside `x.oif` and `x.vsi`, with all that is in them. */
async function companionsOf(path: string): Promise<(string | number)[][]> {
  const name = basename(path);
  const stem = name.slice(0, name.length - extname(name).length);
  const beside = (await readdir(dirname(path))).sort().filter((other) => {
    if (other === name || /\.(tiff?|zarr|png|csv|json)$/i.test(other)) return false; // pictures made of it are no parts of it
    return other === `_${stem}_` || other === `${name}.files` || other.startsWith(`${stem}.`);
  });
  const found: (string | number)[][] = [];
  const add = async (file: string): Promise<void> => {
    const stats = await lstat(file);
    if (!stats.isDirectory()) found.push([file.slice(dirname(path).length), stats.size, stats.mtimeMs]);
    else for (const inside of (await readdir(file)).sort()) await add(join(file, inside));
  };
  for (const other of beside) await add(join(dirname(path), other));
  return found;
}

/** Throws ImageError image/converter unless the image is there, whole. */
async function makeImage(
  converter: ConverterProgram,
  path: string,
  folder: string,
  env: NonNullable<ConverterSettings['env']>,
  { signal }: Call,
): Promise<void> {
  const { options, output } = CALLS[converter.kind];
  // An absolute path: no name of a file is an option.
  const args = [...options, resolve(path), output];
  const ended = await runConverter(converter, args, { cwd: folder, env, signal });
  const image = join(folder, output);
  if (ended.code !== 0)
    throw failed(
      converter,
      path,
      `could not convert it (exit code ${ended.code ?? 'none'}): ${ended.output || 'it printed nothing'}`,
    );
  if (!(await exists(image))) throw failed(converter, path, `ended well but wrote no image: ${ended.output}`);
  await readThrough(image, signal).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw failed(
      converter,
      path,
      `made an image of it that cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  });
}

/** Every plane of every image, one after the other: what is kept can be read. */
async function readThrough(path: string, signal: AbortSignal | undefined): Promise<void> {
  const file = await openImage(nodeFiles, path);
  try {
    for (const image of file.images)
      for (let time = 0; time < image.times; time++)
        for (let channel = 0; channel < image.channels.length; channel++)
          for (let z = 0; z < image.size.z; z++) {
            signal?.throwIfAborted();
            await image.read({ time, channel, region: { start: { z, y: 0, x: 0 }, size: { ...image.size, z: 1 } } });
          }
  } finally {
    await file.close();
  }
}

function failed({ kind, command }: ConverterProgram, file: string, how: string, cause?: unknown): ImageError {
  return new ImageError('image/converter', {
    file,
    cause,
    what: `${file}: ${kind} (${command}) ${how}`,
    why: 'This format is read through that program only.',
    remedy: 'Open the file in Fiji and save it as TIFF, or try a newer version of the program.',
  });
}

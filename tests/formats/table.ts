/**
 * Reads every file of a folder of other programs' images and holds what comes out to that folder's `expected.json`: shape,
 * type, voxel size, channel names, and the sha256 of all samples; or the refusal.
 *
 *     npm run formats -- FOLDER [--markdown]
 *
 * Those that need a converter are read through the user's, where there is one.
 * Prints a row for each; the exit code is 1 where one is not as expected.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inspect } from '../../src/api/index.ts';
import { isUnstainedError } from '../../src/core/index.ts';
import { nodeWorld } from '../../src/node/index.ts';

/** A record of `expected.json`. */
interface Expected {
  readonly file: string;
  readonly kind: string;
  readonly shape?: readonly number[];
  /** Of a Zarr array that is no image: fewer axes. */
  readonly array?: readonly number[];
  readonly dtype?: string;
  readonly voxelUm?: { readonly z: number | null; readonly y: number | null; readonly x: number | null };
  readonly channels?: readonly (string | null)[] | null;
  readonly sha256?: string;
  readonly image?: number;
  readonly scene?: number;
  readonly refuse?: string;
  readonly mayRefuse?: string;
  /** Needs a program of the user's. */
  readonly convert?: boolean;
}

interface Row {
  readonly file: string;
  readonly expected: string;
  readonly found: string;
  readonly as: 'equal' | 'refused' | 'refused, which is allowed' | 'no converter here' | 'WRONG';
}

const world = nodeWorld();
const NONE = { z: null, y: null, x: null };

const { positionals, values } = parseArgs({ allowPositionals: true, options: { markdown: { type: 'boolean' } } });
const [folder] = positionals;
if (folder === undefined || !existsSync(join(folder, 'expected.json'))) {
  console.error('npm run formats -- FOLDER: a folder with images and their expected.json');
  process.exit(2);
}
const { images } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as { images: readonly Expected[] };
const rows: Row[] = [];
for (const expected of images) rows.push(await compare(folder, expected));
print(rows);
process.exitCode = rows.some((row) => row.as === 'WRONG') ? 1 : 0;

async function compare(root: string, expected: Expected): Promise<Row> {
  const { file, kind, scene, image = scene ?? 0, convert: converter = false } = expected;
  const row = { file: image > 0 ? `${file} #${image}` : file, expected: wanted(expected) };
  try {
    const result = await inspect(
      converter ? world : { ...world, converter: null },
      join(root, file),
      { pixels: true },
      {},
    );
    if (result.kind !== 'image') return { ...row, found: result.kind, as: 'WRONG' };
    if (image >= result.images.length) return { ...row, found: `${result.images.length} images`, as: 'WRONG' };
    const { shape, dtype, voxelSize, channels, sha256 } = result.images[image];
    const names = channels.map(({ name }) => name);
    const wrong = [
      expected.refuse === undefined ? '' : 'read, not refused',
      differs('shape', shape, expected.shape ?? [1, 1, 1, 1, 1, ...(expected.array ?? [])].slice(-5)),
      differs('type', dtype, expected.dtype),
      expected.array ? '' : differs('voxel', rounded(voxelSize ?? NONE), rounded(expected.voxelUm ?? NONE)),
      expected.array || expected.channels === null ? '' : differs('channels', names, expected.channels),
      differs('sha256', sha256, expected.sha256),
    ].filter(Boolean);
    return wrong.length > 0
      ? { ...row, found: wrong.join('; '), as: 'WRONG' }
      : {
          ...row,
          found: `${result.format} ${kind === 'zarr-array' ? 'array ' : ''}${shape.join('x')} ${dtype}`,
          as: 'equal',
        };
  } catch (error) {
    if (!isUnstainedError(error)) throw error;
    const found = error.message.replaceAll(root, '').slice(0, 160);
    if (expected.refuse !== undefined) return { ...row, found, as: 'refused' };
    if (expected.mayRefuse !== undefined) return { ...row, found, as: 'refused, which is allowed' };
    return { ...row, found, as: expected.convert ? 'no converter here' : 'WRONG' };
  }
}

/** To the nine digits that `expected.json` has. */
function rounded(size: {
  readonly z: number | null;
  readonly y: number | null;
  readonly x: number | null;
}): (number | null)[] {
  return [size.z, size.y, size.x].map((length) => (length === null ? null : Number(length.toPrecision(9))));
}

function differs(what: string, found: unknown, expected: unknown): string {
  return JSON.stringify(found) === JSON.stringify(expected)
    ? ''
    : `${what} ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`;
}

function wanted({ shape, array, dtype, refuse, mayRefuse }: Expected): string {
  if (refuse !== undefined) return `refused: ${refuse}`;
  return `${(shape ?? array ?? []).join('x')} ${dtype}${mayRefuse === undefined ? '' : ` (or refused: ${mayRefuse})`}`;
}

function print(all: readonly Row[]): void {
  if (values.markdown) console.log('| file | expected | found | |\n| --- | --- | --- | --- |');
  for (const { file, expected, found, as } of all)
    console.log(
      values.markdown
        ? `| ${file} | ${expected} | ${found.replaceAll('|', '\\|')} | ${as} |`
        : `${as}: ${file}: ${found}`,
    );
  const count = (as: Row['as']) => all.filter((row) => row.as === as).length;
  console.error(
    `${all.length} images: ${count('equal')} equal, ${count('refused')} refused as they should be, ${count('refused, which is allowed')} refused as they may be, ${count('no converter here')} need a converter, ${count('WRONG')} wrong`,
  );
}

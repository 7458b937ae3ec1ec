/** Whether any chunk of an array is there: asked once, when the first that were read are not. */
import type { Files } from '../source.ts';
import { openIfThere } from './json-file.ts';
import type { ZarrArray } from './zarr-array.ts';

/** Where no folder can be listed, so many chunks are asked for, from the first to the last. */
const PROBES = 32;
/** Folders are looked into until so many names were seen. */
const MOST_NAMES = 100_000;

export async function holdsAnyChunk(files: Files, array: ZarrArray): Promise<boolean> {
  if ((await files.kind(array.path)) === 'folder') return listsAnyChunk(files, array);
  const counts = filesAlong(array);
  const total = counts.reduce((product, count) => product * count, 1);
  const probes = Math.min(PROBES, total);
  for (let probe = 0; probe < probes; probe++) {
    const key = array.key(coordinates(Math.round((probe * (total - 1)) / Math.max(1, probes - 1)), counts));
    const path = key.split('/').reduce((folder, name) => files.join(folder, name), array.path);
    const bytes = await openIfThere(files, path);
    await bytes?.close();
    if (bytes) return true;
  }
  return false;
}

/** A file whose name is a key of the array, in its folder or as deep as keys go. */
async function listsAnyChunk(files: Files, array: ZarrArray): Promise<boolean> {
  const names = array.key(array.shape.map(() => 0)).split('/'); // such as c, 0, 0, 0
  const patterns = names.map((name) => new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('0', '\\d+')}$`));
  let seen = 0;
  const search = async (folder: string, depth: number): Promise<boolean> => {
    for (const name of await files.list(folder)) {
      if (++seen > MOST_NAMES) return false;
      if (!patterns[depth].test(name)) continue;
      const path = files.join(folder, name);
      const kind = await files.kind(path);
      if (depth === patterns.length - 1 ? kind === 'file' : kind === 'folder' && (await search(path, depth + 1)))
        return true;
    }
    return false;
  };
  return search(array.path, 0);
}

/** Files along each axis. */
function filesAlong({ shape, chunk, shard }: ZarrArray): number[] {
  return shape.map((extent, axis) => Math.ceil(extent / (chunk.shape[axis] * (shard?.chunks[axis] ?? 1))));
}

function coordinates(linear: number, counts: readonly number[]): number[] {
  const at: number[] = Array(counts.length).fill(0);
  let rest = linear;
  for (let axis = counts.length - 1; axis >= 0; axis--) {
    at[axis] = rest % counts[axis];
    rest = Math.floor(rest / counts[axis]);
  }
  return at;
}

/** Where a verb may write: what somebody else keeps there is never removed, and no input is ever replaced. */
import { UsageError } from '../core/index.ts';
import { parseImagePath } from '../io/index.ts';
import { RUN_FILES, RUN_FOLDERS } from '../run/index.ts';
import type { World } from './world.ts';

/** The page that a demo writes beside its runs. */
export const DEMO_FILE = 'unstained-demo.html';

/** All that a training writes into its folder: each a file, or a folder of which all is its own. */
const OF_A_RUN: ReadonlySet<string> = new Set(
  [...Object.values(RUN_FILES), ...Object.values(RUN_FOLDERS)].map((path) => path.split('/')[0]),
);

/** What a folder holds, as far as it matters to who would write there. */
export type Holding = 'nothing' | 'a run' | 'a demo' | 'others';

export async function holdingOf(world: World, folder: string): Promise<Holding> {
  const kind = await world.files.kind(folder);
  if (kind === null) return 'nothing';
  if (kind === 'file') return 'others';
  const { list } = world.openRun(folder);
  const names = await list('');
  if (names.length === 0) return 'nothing';
  const isOfRun = names.every((name) => OF_A_RUN.has(name));
  if (names.includes(RUN_FILES.run)) return isOfRun ? 'a run' : 'others';
  // Killed before it was a run: the lock says that what is there is its own, and nothing was learned yet.
  const hasBegun = names.includes(RUN_FILES.lock) && !names.includes(RUN_FOLDERS.checkpoints);
  if (isOfRun && hasBegun) return 'nothing';
  for (const name of names) {
    if (name === DEMO_FILE) continue;
    const inside = await list(name);
    if (!inside.includes(RUN_FILES.run) || !inside.every((file) => OF_A_RUN.has(file))) return 'others';
  }
  return 'a demo';
}

/** Refuses a folder that holds anything but, with `overwrite`, one run. Throws UsageError usage/output-exists. */
export async function requireFreeFolder(world: World, folder: string, overwrite: boolean): Promise<void> {
  const holding = await holdingOf(world, folder);
  if (holding === 'nothing' || (holding === 'a run' && overwrite)) return;
  throw occupied(
    folder,
    holding,
    holding === 'a run'
      ? `Go on with it (--resume ${folder}), replace it (--overwrite), or take another --out.`
      : 'Take another folder: --out FOLDER.',
  );
}

export function occupied(folder: string, holding: Holding, remedy: string): UsageError {
  return new UsageError('usage/output-exists', {
    file: folder,
    what: `${folder} is there already${holding === 'others' ? ', with files that are not of a run' : `: ${holding}`}.`,
    why: 'What is there would be lost.',
    remedy,
  });
}

/** Refuses to write over a file that is read, whatever was said of overwriting. Throws UsageError usage/output-is-input. */
export async function requireNotInput(world: World, out: string, inputs: Iterable<string>): Promise<void> {
  const kind = await world.files.kind(out);
  if (kind === null) return;
  const free = new Set<string>(); // files and folders that are seen to be others
  for (const input of inputs) {
    const { path } = parseImagePath(input);
    if (!(kind === 'folder' ? await isOrHolds(world, out, path, free) : await world.output.isSame(out, path))) continue;
    throw new UsageError('usage/output-is-input', {
      file: out,
      what: `${out} would be written, and is read as ${input}.`,
      why: 'The image would be lost.',
      remedy: 'Write to another name.',
    });
  }
}

/** Whether `path` is the folder `out` or in it. */
async function isOrHolds({ files, output }: World, out: string, path: string, others: Set<string>): Promise<boolean> {
  for (let at = path, above = ''; at !== above && !others.has(at); above = at, at = files.split(at).folder) {
    if (await output.isSame(out, at)) return true;
    others.add(at);
  }
  return false;
}

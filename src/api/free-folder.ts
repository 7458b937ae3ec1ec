/** Folders that a verb may write to: what somebody else keeps there is never removed. */
import { UsageError } from '../core/index.ts';
import { RUN_FILES } from '../run/index.ts';
import type { World } from './world.ts';

/** The page that a demo writes beside its runs. */
export const DEMO_FILE = 'unstained-demo.html';

/**
 * Refuses a folder that is not free: not there, empty, or with `overwrite` one that holds a run, or runs and nothing else.
 * Throws UsageError usage/output-exists.
 */
export async function requireFreeFolder(world: World, folder: string, overwrite: boolean): Promise<void> {
  const kind = await world.files.kind(folder);
  if (kind === null) return;
  const names = kind === 'folder' ? await world.openRun(folder).list('') : [];
  if (kind === 'folder' && names.length === 0) return;
  const isOurs = kind === 'folder' && (await isRunOrRuns(world, folder, names));
  if (isOurs && overwrite) return;
  const strangers = kind === 'file' ? 'a file' : `no run: it holds ${names.slice(0, 3).join(', ')}`;
  throw new UsageError('usage/output-exists', {
    file: folder,
    what: isOurs ? `${folder} is there already.` : `${folder} is there already, and is ${strangers}.`,
    why: 'What is there would be lost.',
    remedy: isOurs
      ? `Go on with the run (train --resume FOLDER), replace it (--overwrite), or take another --out.`
      : 'Take another folder: --out FOLDER.',
  });
}

async function isRunOrRuns(world: World, folder: string, names: readonly string[]): Promise<boolean> {
  if (names.includes(RUN_FILES.run)) return true;
  const { list } = world.openRun(folder);
  for (const name of names) if (name !== DEMO_FILE && !(await list(name)).includes(RUN_FILES.run)) return false;
  return true;
}

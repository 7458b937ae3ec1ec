/**
 * The generations of checkpoints in a run's folder: the newest, and the one before it until the next is verified.
 */
import { isUnstainedError, ModelError, ResourceError } from '../core/index.ts';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from './checkpoint.ts';
import { checkpointPath, RUN_FILES, RUN_FOLDERS, stepOfCheckpoint } from './layout.ts';
import type { RunStore } from './store.ts';

/**
 * Writes a checkpoint, reads it back, and only then removes the others but `previousStep`'s: the one that this run saved
 * last or went on from, hence known to be whole.
 * Throws what the store throws, ResourceError resource/disk where the disk gives back other bytes, and ModelError
 * model/not-finite where a tensor holds what is no number: nothing is written then.
 */
export async function saveCheckpoint(
  store: RunStore,
  checkpoint: Checkpoint,
  previousStep: number | null,
): Promise<void> {
  requireFinite(store, checkpoint, previousStep);
  const path = checkpointPath(checkpoint.step);
  await store.writeWhole(path, await encodeCheckpoint(checkpoint));
  try {
    await decodeCheckpoint(await store.read(path), path);
  } catch (cause) {
    throw new ResourceError('resource/disk', {
      cause,
      file: path,
      step: checkpoint.step,
      what: `${store.name}/${path} was written, but reads back as other bytes.`,
      why: 'A disk that does this cannot keep a training.',
      remedy: `Check the disk; then go on from the checkpoint before: unstained train --resume ${store.name}.`,
    });
  }
  for (const { step, path: other } of await listCheckpoints(store))
    if (step !== checkpoint.step && step !== previousStep) await store.remove(other);
}

/** A step can leave a network without numbers behind a loss that still was one: such a state is worth nothing. */
function requireFinite({ name }: RunStore, { step, tensors }: Checkpoint, previousStep: number | null): void {
  const safe = previousStep === null ? '' : `Step ${previousStep} is safe. `;
  for (const [tensor, { data }] of Object.entries(tensors)) {
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at >= 0)
      throw new ModelError('model/not-finite', {
        file: name,
        step,
        what: `Step ${step}: ${tensor} holds ${data[at]}.`,
        why: 'The network has lost its numbers; more steps cannot bring them back, so this state is not saved.',
        remedy: `${safe}Train with a smaller --lr, or look for extreme values in the images.`,
      });
  }
}

export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Newer ones that could not be used, as sentences for the user. */
  readonly damaged: readonly string[];
}

/**
 * The newest checkpoint that is whole, or null where the run has none yet.
 * Throws ModelError model/damaged where there are some and none is whole, naming each and what else the folder holds.
 */
export async function newestCheckpoint(store: RunStore): Promise<FoundCheckpoint | null> {
  const all = await listCheckpoints(store);
  if (all.length === 0) return null;
  const damaged: string[] = [];
  for (const { path } of all) {
    try {
      return { checkpoint: await decodeCheckpoint(await store.read(path), `${store.name}/${path}`), damaged };
    } catch (error) {
      // A flipped bit in a name of type or schema makes a file look like another version's: unsupported is damaged too.
      if (!isUnstainedError(error, 'model/damaged', 'model/unsupported')) throw error;
      damaged.push(error.what);
    }
  }
  const others = (await store.list('')).filter((name) => name !== RUN_FOLDERS.checkpoints);
  throw new ModelError('model/damaged', {
    file: store.name,
    what: `${store.name}: no checkpoint is whole. ${damaged.join(' ')}`,
    why: 'There is nothing to go on from.',
    remedy:
      `Still in the folder: ${others.join(', ') || 'nothing'}. ` +
      `Start again with the same settings: unstained train --config ${store.name}/${RUN_FILES.config} --out ANOTHER_FOLDER.`,
  });
}

/** Newest first. */
async function listCheckpoints(store: RunStore): Promise<readonly { step: number; path: string }[]> {
  const names = await store.list(RUN_FOLDERS.checkpoints);
  return names
    .flatMap((name) => {
      const step = stepOfCheckpoint(name);
      return step === null ? [] : [{ step, path: `${RUN_FOLDERS.checkpoints}/${name}` }];
    })
    .sort((a, b) => b.step - a.step);
}

/** What a training came to: its best network, measured on everything that was kept aside, with pictures of some of it. */
import { isUnstainedError, type LongCall } from '../core/index.ts';
import { RUN_FILES } from '../run/index.ts';
import { readModel } from '../model/index.ts';
import { averagedNetwork } from '../network/index.ts';
import type { TrainedNetwork } from '../prediction/index.ts';
import { measureHeldOut, meanOf, studyField, type StudiedField } from './field-study.ts';
import type { Measured } from './requests.ts';
import type { Computing, Trained, TrainingRun } from './training-run.ts';

export interface RunStudy {
  /** Of the network that was measured: the best one. */
  readonly step: number;
  readonly network: TrainedNetwork;
  /** Means over what validates; empty where nothing was kept aside. */
  readonly heldOut: readonly Measured[];
  /** Means over the images that are kept for the end. */
  readonly test: readonly Measured[];
  /** For pictures: the first that were kept aside, else the first that trained. */
  readonly fields: readonly StudiedField[];
}

const MOST_SHOWN = 3;

export async function studyRun(
  run: TrainingRun,
  trained: Trained,
  { runtime, memoryBytes }: Pick<Computing, 'runtime' | 'memoryBytes'>,
  call: LongCall,
): Promise<RunStudy> {
  const { set } = run.data;
  const { step, network } = await bestNetwork(run, trained, call);
  const predictor = { runtime, network, memoryBytes };
  const measuring = {
    ...call,
    onProgress: (progress: Parameters<NonNullable<LongCall['onProgress']>>[0]) =>
      call.onProgress?.({ ...progress, task: 'measuring' }),
  };
  const testing = set.parts.flatMap(({ role }, i) => (role === 'test' ? [i] : []));
  const shown = [...testing, ...set.validating, ...set.training].slice(
    0,
    Math.max(1, Math.min(MOST_SHOWN, testing.length + set.validating.length)),
  );
  const fields: StudiedField[] = [];
  for (const index of shown) fields.push(await studyField(predictor, set, index, measuring));
  // What is shown has been measured with its pictures.
  const measured = async (indices: readonly number[]) => {
    const known = indices.flatMap((index) => {
      const at = shown.indexOf(index);
      return at < 0 ? [] : [fields[at].targets.flatMap(({ heldOut }) => heldOut ?? [])];
    });
    const all = [...known];
    for (const index of indices)
      if (!shown.includes(index)) all.push(await measureHeldOut(predictor, set, [index], measuring));
    return meanOf(all);
  };
  return { step, network, heldOut: await measured(set.validating), test: await measured(testing), fields };
}

/** The network that was measured best: of the package that was written then, or the last one. */
async function bestNetwork(
  { store, description }: TrainingRun,
  { state }: Trained,
  { onNote }: LongCall,
): Promise<{ readonly step: number; readonly network: TrainedNetwork }> {
  const last = { step: state.step, network: { description, tensors: averagedNetwork(description, state.tensors) } };
  const best = state.selection.best?.step ?? state.step;
  if (best === state.step) return last;
  try {
    const file = `${store.name}/${RUN_FILES.model}`;
    const { tensors, description: packed } = await readModel(await store.read(RUN_FILES.model), file);
    if (packed.step === best) return { step: best, network: { description, tensors } };
    onNote?.(
      `${store.name}/${RUN_FILES.model} is the network of step ${packed.step}, not of step ${best}; the last one is measured.`,
    );
  } catch (error) {
    if (!isUnstainedError(error)) throw error;
    onNote?.(`${error.what} The last network is measured instead.`);
  }
  return last;
}

/** A run's best network as a package of its own, from which prediction needs nothing else. */
import type { Runtime } from '../engine/index.ts';
import { volumeOf } from '../dataset/index.ts';
import { writeModel } from '../model/index.ts';
import type { TrainedNetwork } from '../prediction/index.ts';
import { RUN_FILES } from '../run/index.ts';
import type { Region, Size, Volume } from '../volume/index.ts';
import { testTensors } from './model-check.ts';
import { describeModel } from './model-file.ts';
import type { Measured } from './requests.ts';
import type { TrainingRun } from './training-run.ts';
import type { World } from './world.ts';

/** Writes model.zip into the run's folder, in place of an older one. */
export async function writePackage(
  { machine }: Pick<World, 'machine'>,
  runtime: Runtime,
  run: TrainingRun,
  network: TrainedNetwork,
  { step, measured }: { readonly step: number; readonly measured: readonly Measured[] },
): Promise<void> {
  const { config, data, store, startedAt } = run;
  const metrics = measured.map(({ name, r, normalizedL2 }) => ({ target: name, values: { r, normalizedL2 } }));
  const description = describeModel({ config, data: data.describe() }, { step, metrics }, machine);
  const bytes = await writeModel({
    description,
    tensors: network.tensors,
    test: await testTensors(runtime, network, description, await exampleSignal(run)),
    publication: { name: null, authors: [], license: null, timestamp: startedAt },
  });
  await store.writeWhole(RUN_FILES.model, bytes);
}

/** As large as a test needs. */
const MOST: Size = { z: 64, y: 128, x: 128 };

/** The middle of a signal that the network was measured on, or trained on, as its file has its planes. */
async function exampleSignal({ data: { set } }: TrainingRun): Promise<Volume> {
  const index = set.validating[0] ?? set.training[0];
  const { train, heldOut } = set.parts[index];
  const part = (heldOut ?? train) as Region;
  const { signal } = await set.prepared(index);
  const along = (axis: keyof Size) => {
    const size = Math.min(MOST[axis], part.size[axis]);
    return { start: part.start[axis] + ((part.size[axis] - size) >> 1), size };
  };
  const [z, y, x] = [along('z'), along('y'), along('x')];
  const region = { start: { z: z.start, y: y.start, x: x.start }, size: { z: z.size, y: y.size, x: x.size } };
  const volume = await volumeOf(signal, region, set.fields[index].voxelSize);
  const { channels, planes } = set.fields[index];
  // Where planes are channels, they are the planes of a stack again: the same memory.
  return volume.channels === channels ? volume : { ...volume, channels, size: { ...volume.size, z: planes } };
}

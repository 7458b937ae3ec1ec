/** `demo`: the bundled real examples, trained, predicted, measured, and shown on one page. */
import { resolveConfig } from '../config/index.ts';
import { Interrupted, isUnstainedError, random, type LongCall } from '../core/index.ts';
import type { Runtime } from '../engine/index.ts';
import { untrained, planStep } from '../training/index.ts';
import { continueRun } from './continued-run.ts';
import { DEMO_FILE, holdingOf, occupied } from './free-output.ts';
import { memoryBudget } from './memory-budget.ts';
import type { DemoRequest, DemoResult } from './requests.ts';
import { exampleOf, writePage, writePicture, type StudiedRun } from './run-report.ts';
import { studyRun } from './run-study.ts';
import { describeNetwork } from './stored-run.ts';
import { openTrainingData, readAll } from './training-data.ts';
import { runTraining } from './run-training.ts';
import type { TrainingRun } from './training-run.ts';
import { samplesOfPair, type GivenPair } from './training-samples.ts';
import { startRuntime } from './start-runtime.ts';
import type { World } from './world.ts';

/** One bundled example: its files, and the settings that this field wants. */
interface Example {
  readonly folder: string;
  readonly title: string;
  readonly about: string;
  readonly credit: string;
  readonly files: (path: (name: string) => string) => GivenPair;
  readonly settings: Readonly<Record<string, string>>;
}

/** Steps of each take about a minute and a half on two processors. */
const EXAMPLES: readonly Example[] = [
  {
    folder: 'isl-motor-neurons',
    title: 'Human motor neurons',
    about: '13 phase-contrast planes of a culture, and what they tell of three dyes: DNA, dendrites, axons.',
    credit:
      'Christiansen et al., In silico labeling, Cell 2018; images from google/in-silico-labeling, Apache-2.0, rounded to 8 bits.',
    files: (path) => ({
      signal: path('phase_z{z}.png'),
      targets: [
        { name: 'DAPI', path: path('dapi.png') },
        { name: 'MAP2', path: path('map2.png') },
        { name: 'NFH', path: path('nfh.png') },
      ],
      weight: null,
    }),
    settings: {
      'network.dims': '2',
      'network.zAsChannels': 'true',
      'network.depth': '3',
      'network.channels': '24',
      steps: '320',
      'augment.contrast': '0.2',
      'augment.brightness': '0.2',
      'augment.noise': '0.8',
      'split.heldOut': '0.3',
    },
  },
  {
    folder: 'allen-dna',
    title: 'Human stem cells',
    about:
      'A 3D bright-field stack, and which voxels are nucleus. The truth here is a segmentation, not raw fluorescence, and only of the cells ' +
      'that were labeled: everything else is black in prediction and truth, and does not count.',
    credit: 'Allen Institute for Cell Science; images from allen-cell-animated/vole-core, BSD-3-Clause.',
    files: (path) => ({
      signal: path('light.tif'),
      targets: [{ name: 'nuclei', path: path('nuc.tif') }],
      weight: path('weight.tif'),
    }),
    settings: { loss: 'weighted-mse', steps: '240', 'split.heldOut': '0.22' },
  },
];

/** Trains on one part of each field and shows what it predicts of a part that it never saw. */
export async function demo(world: World, { out, overwrite }: DemoRequest, call: LongCall): Promise<DemoResult> {
  await requireFreeDemo(world, out, overwrite);
  const began = world.now();
  const runtime = await startRuntime(world, call);
  const studied: StudiedRun[] = [];
  try {
    for (const example of EXAMPLES) studied.push(await runExample(world, runtime, example, out, call));
  } finally {
    await runtime.close();
  }
  const shown = studied.map((one) => exampleOf(one));
  for (const [i, { run }] of studied.entries()) await writePicture(run.store, shown[i]);
  const seconds = (world.now() - began) / 1000;
  const report = await writePage(
    world,
    world.openRun(out),
    DEMO_FILE,
    { title: 'Seeing without dyes', examples: shown, previews: [] },
    seconds,
  );
  return {
    schema: 'unstained.demo/1',
    report,
    seconds,
    examples: studied.map(({ run, trained, study, title }) => ({
      name: title,
      run: run.store.name,
      steps: trained.state.step,
      seconds: trained.seconds,
      heldOut: study.heldOut,
    })),
  };
}

/** An unfinished demo is gone on with; a finished one is replaced where `overwrite` says so; nothing else is touched. */
async function requireFreeDemo(world: World, out: string, overwrite: boolean): Promise<void> {
  const holding = await holdingOf(world, out);
  if (holding === 'nothing') return;
  if (holding !== 'a demo') throw occupied(out, holding, 'Take another folder: --out FOLDER.');
  const isFinished = (await world.openRun(out).list('')).includes(DEMO_FILE);
  if (overwrite) await world.output.removeFolder(out);
  else if (isFinished)
    throw occupied(
      out,
      holding,
      `Open ${out}/${DEMO_FILE}, replace it (npm run demo -- --overwrite), or take another --out.`,
    );
}

async function runExample(
  world: World,
  runtime: Runtime,
  example: Example,
  out: string,
  call: LongCall,
): Promise<StudiedRun> {
  const { folder, title, about, credit } = example;
  call.onNote?.(`${title}: ${about}`);
  const place = world.files.join(out, folder);
  const isBegun = (await holdingOf(world, place)) === 'a run';
  const run = isBegun
    ? await continueRun(
        world,
        place,
        { change: (config) => config, allowed: new Set(), traits: runtime.traits, memoryBytes: VOXEL_BYTES },
        { signal: call.signal },
      )
    : await beginExample(world, example, place, call);
  const { batch, patch } = run.config;
  const { plan } = planStep(run.description, batch, patch, world.machine.memoryBytes, runtime.traits);
  const computing = { runtime, plan, memoryBytes: memoryBudget(world, null), onReady: async () => true };
  const lock = await run.store.lock();
  try {
    await readAll(run.data, { signal: call.signal });
    const trained = await runTraining(world, run, computing, call).catch((error: unknown) => {
      if (!isUnstainedError(error, 'interrupted/saved')) throw error;
      throw new Interrupted(true, { what: error.what, remedy: 'Start the demo again: it goes on from there.' });
    });
    if (!trained) throw new RangeError('an example was not trained');
    const study = await studyRun(run, trained, computing, call);
    return { run, trained, study, title, about, credit };
  } finally {
    await lock.release();
  }
}

/** The examples are small: their voxels stay in memory. */
const VOXEL_BYTES = 1e9;

async function beginExample(world: World, example: Example, place: string, { signal }: LongCall): Promise<TrainingRun> {
  const { folder, files, settings } = example;
  // Measured once, at the end: a network chosen by the part that it is then measured on would look better than it is.
  const all = { ...settings, 'validate.every': '0' };
  const set = Object.entries(all).map(([key, value]) => ({ key, value }));
  const { config } = resolveConfig({ set });
  const samples = samplesOfPair(files((name) => world.files.join(world.files.join(world.examples, folder), name)));
  const reading = { voxelSize: null, axes: null, memoryBytes: VOXEL_BYTES };
  const data = await openTrainingData(world, samples, config, reading, { signal });
  const description = describeNetwork(config, data.describe());
  const start = untrained(description, config, random(config.seed));
  const store = world.openRun(place);
  const startedAt = world.date();
  return { store, config, description, data, start, fineTunes: false, losses: [], seconds: 0, startedAt };
}

/** `demo`: the bundled real examples, trained, predicted, measured, and shown on one page. */
import { resolveConfig } from '../config/index.ts';
import { Interrupted, isUnstainedError, random, type LongCall } from '../core/index.ts';
import type { Runtime } from '../engine/index.ts';
import { untrained, planStep } from '../training/index.ts';
import { continueRun, type Begun } from './continued-run.ts';
import { heldOutMeasures, studyField } from './field-study.ts';
import { DEMO_FILE, holdingOf, occupied } from './free-output.ts';
import { memoryBudget } from './memory-budget.ts';
import { readPair, type PairFiles } from './pair.ts';
import type { DemoRequest, DemoResult } from './requests.ts';
import { exampleOf, secondsOf, writePage, writePicture, type StudiedRun } from './run-report.ts';
import { describeNetwork } from './stored-run.ts';
import { runTraining } from './training-run.ts';
import { startRuntime } from './start-runtime.ts';
import type { World } from './world.ts';

/** One bundled example: its files, and the settings that this field wants. */
interface Example {
  readonly folder: string;
  readonly title: string;
  readonly about: string;
  readonly credit: string;
  readonly files: (path: (name: string) => string) => PairFiles;
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
      voxelSize: null,
      axes: null,
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
      voxelSize: null,
      axes: null,
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
  const shown = studied.map(exampleOf);
  for (const [i, { run }] of studied.entries()) await writePicture(run.store, shown[i]);
  const seconds = (world.now() - began) / 1000;
  const report = await writePage(world, world.openRun(out), DEMO_FILE, 'Seeing without dyes', shown, seconds);
  return {
    schema: 'unstained.demo/1',
    report,
    seconds,
    examples: studied.map(({ run, trained, study, title }) => ({
      name: title,
      run: run.store.name,
      steps: trained.state.step,
      seconds: secondsOf(trained),
      heldOut: heldOutMeasures(study),
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
  const { run, voxelSize } = isBegun
    ? await continueRun(world, place, (config) => config, { signal: call.signal })
    : await beginExample(world, example, place, call);
  const { batch, patch } = run.config;
  const { plan } = planStep(run.description, batch, patch, world.machine.memoryBytes, runtime.traits);
  const trained = await runTraining(world, runtime, run, plan, call).catch((error: unknown) => {
    if (!isUnstainedError(error, 'interrupted/saved')) throw error;
    throw new Interrupted(true, { what: error.what, remedy: 'Start the demo again: it goes on from there.' });
  });
  const study = await studyField(runtime, run, trained, voxelSize, memoryBudget(world, null), call);
  return { run, trained, study, title, about, credit };
}

async function beginExample(world: World, example: Example, place: string, { signal }: LongCall): Promise<Begun> {
  const { folder, files, settings } = example;
  const set = Object.entries(settings).map(([key, value]) => ({ key, value }));
  const { config } = resolveConfig({ set });
  const images = files((name) => world.files.join(world.files.join(world.examples, folder), name));
  const { pair, data, voxelSize } = await readPair(world, images, config, { signal });
  const description = describeNetwork(config, data);
  const start = untrained(description, random(config.seed));
  const store = world.openRun(place);
  return { run: { store, config, description, pair, data, start, losses: [], startedAt: world.date() }, voxelSize };
}

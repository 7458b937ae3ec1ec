/** A training whose process dies at each of its changes to the run's folder, one after the other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { train, type TrainRequest, type World } from '../../src/api/index.ts';
import { resolveConfig } from '../../src/config/index.ts';
import { random } from '../../src/core/index.ts';
import { nodeWorld, startOnnxRuntime } from '../../src/node/index.ts';
import { checkpointPath, newestCheckpoint, RUN_FILES, type RunStore } from '../../src/run/index.ts';
import { Died, dyingStore } from '../../src/run/testing/dying-store.ts';
import { memoryStore } from '../../src/run/testing/memory-store.ts';
import { writePair } from './tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-operations-'));
const runtime = await startOnnxRuntime({ threads: 1 });
beforeAll(() => writePair(folder));
afterAll(async () => {
  await runtime.close();
  rmSync(folder, { recursive: true, force: true });
});

type Settings = Readonly<Record<string, string>>;

const STEPS = 8;
const TINY: Settings = {
  'network.dims': '2',
  'network.depth': '1',
  'network.channels': '4',
  patch: '16,16',
  batch: '2',
  steps: String(STEPS),
  'checkpoint.every': '4',
};

/** `config` and `explicit` of a request. */
function configOf(settings: Settings): Pick<TrainRequest, 'config' | 'explicit'> {
  return resolveConfig({ set: Object.entries(settings).map(([key, value]) => ({ key, value })) });
}

function begin(settings: Settings): TrainRequest {
  return {
    signal: join(folder, 'bf.ome.tif'),
    targets: [{ name: 'dye', path: join(folder, 'dye.ome.tif') }],
    weight: null,
    data: [],
    out: join(folder, 'run'),
    ...configOf({ ...TINY, ...settings }),
    voxelSize: null,
    memoryBytes: null,
    overwrite: false,
    resume: null,
    allowChange: new Set(),
    init: null,
    dryRun: false,
  };
}

/** Going on with a run, with settings that are given now. */
function resume(settings: Settings = {}): TrainRequest {
  return { ...begin({}), signal: null, targets: [], out: null, resume: join(folder, 'run'), ...configOf(settings) };
}

async function trainIn(store: RunStore, request: TrainRequest): Promise<void> {
  const world: World = {
    ...nodeWorld(),
    openRun: () => store,
    startRuntime: async () => ({ ...runtime, close: async () => undefined }),
  };
  await train(world, request, {});
}

/** From the beginning, or from where the one before died, whose lock is taken over. */
async function beginOrResume(store: RunStore, request: TrainRequest): Promise<void> {
  await store.remove(RUN_FILES.lock);
  const hasBegun = (await store.list('')).includes(RUN_FILES.run);
  await trainIn(store, hasBegun ? resume() : request);
}

async function whetherItDied(training: Promise<void>): Promise<boolean> {
  try {
    await training;
    return false;
  } catch (error) {
    if (error instanceof Died) return true;
    throw error;
  }
}

const outcomeOf = ({ files }: ReturnType<typeof memoryStore>) => ({
  checkpoint: files.get(checkpointPath(STEPS)),
  losses: new TextDecoder().decode(files.get(RUN_FILES.losses)),
});

interface Case {
  readonly what: string;
  readonly settings: Settings;
  /** Of how many changes one is died at. */
  readonly stride: number;
}

const CASES: readonly Case[] = [
  { what: 'each change to its folder', settings: { 'split.heldOut': '0' }, stride: 1 },
  { what: 'changes to its folder, what is measured on the way too', settings: { 'validate.every': '2' }, stride: 5 },
];

it.each(CASES)(
  'D1, D2, D4: dead at $what, and again while it goes on, a run comes to the same bytes',
  async ({ settings, stride }) => {
    const request = begin(settings);
    const unbroken = memoryStore('run');
    const counted = dyingStore(unbroken, Infinity);
    await trainIn(counted, request);
    const expected = outcomeOf(unbroken);
    expect(expected.checkpoint).toBeDefined();
    const source = random(1);
    for (let changes = 0; changes < counted.done(); changes += stride) {
      const store = memoryStore('run');
      expect(await whetherItDied(trainIn(dyingStore(store, changes), request))).toBe(true);
      const saved = (await newestCheckpoint(store))?.checkpoint.step ?? 0;
      await store.remove(RUN_FILES.lock);
      await whetherItDied(beginOrResume(dyingStore(store, source.integer(counted.done())), request));
      const later = await newestCheckpoint(store);
      expect(later?.checkpoint.step ?? 0).toBeGreaterThanOrEqual(saved);
      expect(later?.damaged ?? []).toEqual([]);
      await beginOrResume(store, request);
      expect(outcomeOf(store), `dead after ${changes} changes`).toEqual(expected);
    }
  },
  300_000,
);

it('D4, D8: dead at each change while it is made longer, a run is not taken for another', async () => {
  const short = memoryStore('run');
  await trainIn(short, begin({ 'split.heldOut': '0', steps: '4' }));
  const copy = () => {
    const store = memoryStore('run');
    for (const [path, bytes] of short.files) store.files.set(path, bytes.slice());
    return store;
  };
  const longer = resume({ steps: String(STEPS) });
  const unbroken = copy();
  const counted = dyingStore(unbroken, Infinity);
  await trainIn(counted, longer);
  const expected = outcomeOf(unbroken);
  expect(expected.checkpoint).toBeDefined();
  for (let changes = 0; changes < counted.done(); changes++) {
    const store = copy();
    expect(await whetherItDied(trainIn(dyingStore(store, changes), longer))).toBe(true);
    await store.remove(RUN_FILES.lock);
    await trainIn(store, longer);
    expect(outcomeOf(store), `dead after ${changes} changes`).toEqual(expected);
  }
}, 300_000);

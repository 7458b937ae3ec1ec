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
import { withoutTimes, writePair } from './tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-operations-'));
const runtime = await startOnnxRuntime({ threads: 1 });
beforeAll(() => writePair(folder));
afterAll(async () => {
  await runtime.close();
  rmSync(folder, { recursive: true, force: true });
});

const STEPS = 8;
const settings = {
  'network.dims': '2',
  'network.depth': '1',
  'network.channels': '4',
  patch: '16,16',
  batch: '2',
  steps: String(STEPS),
  'checkpoint.every': '3',
};
const { config, explicit } = resolveConfig({ set: Object.entries(settings).map(([key, value]) => ({ key, value })) });
const request: TrainRequest = {
  signal: join(folder, 'bf.ome.tif'),
  targets: [{ name: 'dye', path: join(folder, 'dye.ome.tif') }],
  weight: null,
  out: join(folder, 'run'),
  config,
  explicit,
  voxelSize: null,
  memoryBytes: null,
  overwrite: false,
  resume: null,
  data: null,
  init: null,
  allowChange: new Set(),
  dryRun: false,
};
const { config: preset } = resolveConfig({});
const resumeRequest: TrainRequest = {
  ...request,
  signal: null,
  targets: [],
  out: null,
  config: preset,
  explicit: new Set(),
  resume: join(folder, 'run'),
};

/** Trains in `store`, from the beginning or from where the one before died. */
async function trainIn(store: RunStore): Promise<void> {
  const world: World = {
    ...nodeWorld(),
    openRun: () => store,
    startRuntime: async () => ({ ...runtime, close: async () => undefined }),
  };
  const hasBegun = (await store.list('')).includes(RUN_FILES.run);
  await train(world, hasBegun ? resumeRequest : request, {});
}

/** Gives whether it died. */
async function diesIn(store: RunStore): Promise<boolean> {
  try {
    await trainIn(store);
    return false;
  } catch (error) {
    if (error instanceof Died) return true;
    throw error;
  }
}

it('D1, D2, D4: dead at any change to its folder, and again while it goes on, a run comes to the same bytes', async () => {
  const unbroken = memoryStore(request.out!);
  const counted = dyingStore(unbroken, Infinity);
  await trainIn(counted);
  const outcome = ({ files }: typeof unbroken) => ({
    checkpoint: files.get(checkpointPath(STEPS)),
    losses: withoutTimes(new TextDecoder().decode(files.get(RUN_FILES.losses))),
  });
  const expected = outcome(unbroken);
  expect(expected.checkpoint).toBeDefined();
  const source = random(1);
  for (let changes = 0; changes < counted.done(); changes++) {
    const store = memoryStore(request.out!);
    expect(await diesIn(dyingStore(store, changes))).toBe(true);
    store.files.delete(RUN_FILES.lock); // a dead owner's lock is taken over
    const saved = (await newestCheckpoint(store))?.checkpoint.step ?? 0; // whole, or the search would be refused
    await diesIn(dyingStore(store, source.integer(counted.done())));
    store.files.delete(RUN_FILES.lock);
    const later = await newestCheckpoint(store);
    expect(later?.checkpoint.step ?? 0).toBeGreaterThanOrEqual(saved);
    expect(later?.damaged ?? []).toEqual([]);
    await trainIn(store);
    expect(outcome(store), `dead after ${changes} changes`).toEqual(expected);
  }
});

import { expect, it } from 'vitest';
import { encodeCheckpoint, type Checkpoint } from './checkpoint.ts';
import { newestCheckpoint, saveCheckpoint } from './checkpoints.ts';
import { memoryStore } from './testing/memory-store.ts';

const at = (step: number): Checkpoint => ({
  step,
  tensors: { weight: { shape: [4], data: new Float32Array(4).fill(step) } },
  random: [1, 2, 3, 4],
  buffer: null,
  selection: { best: null, since: 0, measuredAt: 0 },
  configSha256: '',
  lossesSha256: '',
});
const path = (step: number) => `checkpoints/step-${String(step).padStart(9, '0')}.safetensors`;

async function savedAt(...steps: number[]) {
  const store = memoryStore();
  for (const [i, step] of steps.entries()) await saveCheckpoint(store, at(step), steps[i - 1] ?? null);
  return store;
}

function damage(bytes: Uint8Array | undefined): void {
  if (bytes) bytes[bytes.length - 1] ^= 1;
}

it('a new run has no checkpoint', async () => {
  expect(await newestCheckpoint(memoryStore())).toBeNull();
});

it('the newest is found, and the one before it is kept', async () => {
  const store = await savedAt(100, 200, 300);
  expect([...store.files.keys()]).toEqual([path(200), path(300)]);
  expect(await newestCheckpoint(store)).toEqual({ checkpoint: at(300), damaged: [] });
});

it('D2: nothing is removed before the new checkpoint was read back whole', async () => {
  const store = await savedAt(100, 200);
  const lossy = { ...store, read: async (name: string) => (await store.read(name)).slice(0, -1) };
  await expect(saveCheckpoint(lossy, at(300), 200)).rejects.toMatchObject({ code: 'resource/disk', step: 300 });
  expect([...store.files.keys()]).toEqual([path(100), path(200), path(300)]);
});

it.each([NaN, -Infinity])('D9: a state that holds %s is not saved, and the last one stays', async (value) => {
  const store = await savedAt(100, 200);
  const lost = { ...at(300), tensors: { weight: { shape: [4], data: Float32Array.of(1, 2, value, 4) } } };
  await expect(saveCheckpoint(store, lost, 200)).rejects.toMatchObject({
    code: 'model/not-finite',
    what: `Step 300: weight holds ${value}.`,
    remedy: expect.stringContaining('Step 200 is safe.'),
  });
  expect([...store.files.keys()]).toEqual([path(100), path(200)]);
});

it('D3: a damaged newest checkpoint is named, and the one before is used', async () => {
  const store = await savedAt(100, 200, 300);
  damage(store.files.get(path(300)));
  const found = await newestCheckpoint(store);
  expect(found?.checkpoint).toEqual(at(200));
  expect(found?.damaged).toEqual([expect.stringContaining(`runs/dna/${path(300)}: this checkpoint is damaged`)]);
});

it('D3: with none left the run is refused, naming each and what is intact', async () => {
  const store = await savedAt(100, 200);
  for (const bytes of store.files.values()) damage(bytes);
  store.files.set('config.yaml', new Uint8Array());
  await expect(newestCheckpoint(store)).rejects.toMatchObject({
    code: 'model/damaged',
    what: expect.stringMatching(/step-000000200.*step-000000100/),
    remedy: expect.stringContaining('Still in the folder: config.yaml.'),
  });
});

it('D3: after going on from the one before, that one is kept and the damaged are removed', async () => {
  const store = await savedAt(100, 200);
  damage(store.files.get(path(200)));
  await saveCheckpoint(store, at(150), 100);
  expect([...store.files.keys()].sort()).toEqual([path(100), path(150)]);
});

it('other files in the folder are neither read nor removed', async () => {
  const store = await savedAt(100);
  for (const name of ['step-1.safetensors', 'step-000000900.safetensors.tmp', 'notes.txt'])
    store.files.set(`checkpoints/${name}`, await encodeCheckpoint(at(900)));
  await saveCheckpoint(store, at(200), 100);
  expect((await newestCheckpoint(store))?.checkpoint.step).toBe(200);
  expect(store.files.size).toBe(5);
});

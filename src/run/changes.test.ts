import { expect, it } from 'vitest';
import { changesSince, requireAllowed, settingsSha256, type RunFacts } from './changes.ts';

const before: RunFacts = {
  data: [
    { name: 'a', sha256: 'aaaaaaaa11' },
    { name: 'b', sha256: 'bbbbbbbb22' },
  ],
  config: { steps: 100, patch: { z: 8, y: 16, x: 16 }, optimizer: { lr: 0.001, betas: [0.5, 0.999] }, loss: 'mse' },
  version: '0.1.0',
  machine: { onnxruntime: '1.30.0', device: 'cpu', threads: 2, convBlock: 16 },
};
const none = new Set<never>();

it('D8: what is as it was goes on without a word', () => {
  const changes = changesSince(before, structuredClone(before));
  expect(changes).toEqual([]);
  expect(requireAllowed('runs/dna', changes, none)).toEqual([]);
});

it('D8: all that changed is listed at once and refused, with what to type', () => {
  const now = {
    ...before,
    data: [
      { name: 'a', sha256: 'cccccccc33' },
      { name: 'c', sha256: 'dddddddd44' },
    ],
    config: { ...before.config, patch: { z: 8, y: 32, x: 16 }, optimizer: { lr: 0.0003, betas: [0.9, 0.999] } },
    version: '0.2.0',
  };
  const changes = changesSince(before, now);
  expect(changes).toEqual([
    { kind: 'data', what: 'a is not what it was (sha256 aaaaaaaa before, cccccccc now).' },
    { kind: 'data', what: 'c is new.' },
    { kind: 'data', what: 'b is missing.' },
    { kind: 'config', what: 'patch.y is 32; it was 16.' },
    { kind: 'config', what: 'optimizer.lr is 0.0003; it was 0.001.' },
    { kind: 'config', what: 'optimizer.betas is [0.9,0.999]; it was [0.5,0.999].' },
    { kind: 'version', what: 'unstained is 0.2.0; it was 0.1.0.' },
  ]);
  expect(() => requireAllowed('runs/dna', changes, none)).toThrow(
    expect.objectContaining({
      code: 'usage/run-changed',
      exitCode: 2,
      what: `runs/dna is not as it was when it was started: ${changes.map(({ what }) => what).join(' ')}`,
      remedy: expect.stringContaining('unstained train --resume runs/dna --allow-change data,config,version'),
    }),
  );
});

it('D8: what was allowed is told, what was not is refused, and the remedy allows both', () => {
  const changes = changesSince(before, { ...before, data: before.data.slice(1), version: '0.2.0' });
  expect(() => requireAllowed('r', changes, new Set(['data']))).toThrow(
    expect.objectContaining({
      what: 'r is not as it was when it was started: unstained is 0.2.0; it was 0.1.0.',
      remedy: expect.stringContaining('--allow-change data,version'),
    }),
  );
  expect(requireAllowed('r', changes, new Set(['data', 'version']))).toEqual([
    'Allowed: a is missing.',
    'Allowed: unstained is 0.2.0; it was 0.1.0.',
  ]);
});

it('D8: another machine is noted, and refuses nothing', () => {
  const changes = changesSince(before, { ...before, machine: { ...before.machine, threads: 4, convBlock: null } });
  expect(requireAllowed('r', changes, none)).toEqual([
    'threads is 4; it was 2. convBlock is not set; it was 16. The run goes on, not to the bits that it would have come to without this.',
  ]);
});

it('D8: files that were moved are the same data; another order is not, since patches are drawn by it', () => {
  const moved = before.data.map(({ name, sha256 }) => ({ name: `/mnt/${name}`, sha256 }));
  expect(changesSince(before, { ...before, data: moved })).toEqual([]);
  expect(changesSince(before, { ...before, data: before.data.toReversed() })).toEqual([
    { kind: 'data', what: 'The data are in another order.' },
  ]);
});

it('D8: settings that may change are no change', () => {
  const now = { ...before, config: { ...before.config, steps: 200 } };
  expect(changesSince(before, now, new Set(['steps']))).toEqual([]);
  expect(changesSince(before, now)).toHaveLength(1);
});

it('D8: of very many changes the first are listed, and how many more there are', () => {
  const data = Array.from({ length: 500 }, (_, i) => ({ name: `new-${i}`, sha256: String(i) }));
  const changes = changesSince(before, { ...before, data });
  expect(changes).toHaveLength(502);
  expect(() => requireAllowed('r', changes, none)).toThrow(/new-29 is new\. And 472 more\./);
});

it('D8: the digest of settings tells those that a run keeps, in any order, and no others', async () => {
  const free = new Set(['steps', 'checkpoint.every']);
  const digest = (config: object) => settingsSha256(config, free);
  const config = { steps: 100, checkpoint: { every: 5 }, optimizer: { lr: 0.001, betas: [0.5, 0.9] } };
  const same = { optimizer: { betas: [0.5, 0.9], lr: 0.001 }, checkpoint: { every: 7 }, steps: 200 };
  expect(await digest(config)).toMatch(/^[0-9a-f]{64}$/);
  expect(await digest(same)).toBe(await digest(config));
  expect(await digest({ ...config, optimizer: { lr: 0.001, betas: [0.9, 0.5] } })).not.toBe(await digest(config));
  expect(await digest({ ...config, seed: 0 })).not.toBe(await digest(config));
});

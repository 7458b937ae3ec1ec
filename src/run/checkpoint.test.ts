import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeSafetensors } from '../codec/index.ts';
import { isUnstainedError, random } from '../core/index.ts';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from './checkpoint.ts';

const example: Checkpoint = {
  step: 300,
  tensors: {
    'conv_out.weight': { shape: [1, 2, 3], data: new Float32Array([1, 2, 3, 4, 5, 6]) },
    'exp_avg.conv_out.weight': { shape: [1, 2, 3], data: new Float32Array(6) },
  },
  random: random(5).state(),
  buffer: { members: [0, 2], drawn: 5 },
  selection: { best: { step: 2, score: 0.5 }, since: 1, measuredAt: 3 },
  configSha256: 'ab'.repeat(32),
  lossesSha256: 'cd'.repeat(32),
};

it('what is saved is read again to the bit, and equal checkpoints are equal bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.float32Array({ maxLength: 20 }),
      fc.array(fc.integer()),
      async (step, data, state) => {
        const checkpoint = { ...example, step, random: state, tensors: { a: { shape: [data.length], data } } };
        const bytes = await encodeCheckpoint(checkpoint);
        expect(await decodeCheckpoint(bytes, 'a')).toEqual(checkpoint);
        const reordered = Object.fromEntries(Object.entries(checkpoint).reverse()) as unknown as Checkpoint;
        expect(await encodeCheckpoint(reordered)).toEqual(bytes);
      },
    ),
    { seed: 1, numRuns: 50 },
  );
});

it('D1: a bit flipped anywhere is refused, or changes nothing that is read', async () => {
  const bytes = await encodeCheckpoint(example);
  for (let at = 0; at < bytes.length; at++)
    for (let bit = 0; bit < 8; bit++) {
      const flipped = bytes.slice();
      flipped[at] ^= 1 << bit;
      try {
        expect(await decodeCheckpoint(flipped, 'a')).toEqual(example);
      } catch (error) {
        expect(isUnstainedError(error, 'model/damaged', 'model/unsupported'), String(error)).toBe(true);
      }
    }
});

it('D1: a file cut at any length is refused', async () => {
  const bytes = await encodeCheckpoint(example);
  for (let length = 0; length < bytes.length; length++)
    await expect(decodeCheckpoint(bytes.slice(0, length), 'a')).rejects.toMatchObject({ code: 'model/damaged' });
});

it('carries the sha256 of the tensors’ bytes, as other programs would compute it', async () => {
  const bytes = await encodeCheckpoint(example);
  const digest = await crypto.subtle.digest('SHA-256', bytes.slice(-48)); // two tensors of six numbers end the file
  expect(new TextDecoder().decode(bytes)).toContain(`"sha256":"${Buffer.from(digest).toString('hex')}"`);
});

it('safetensors files that are no checkpoint are refused by their schema', async () => {
  await expect(decodeCheckpoint(encodeSafetensors({}, {}), 'a')).rejects.toMatchObject({ code: 'model/unsupported' });
  const other = encodeSafetensors({}, { schema: 'unstained.checkpoint/2' });
  await expect(decodeCheckpoint(other, 'a')).rejects.toThrow(
    '"unstained.checkpoint/2"; unstained.checkpoint/1 can be read',
  );
});

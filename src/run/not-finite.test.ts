import { expect, it } from 'vitest';
import { describeBatch, lossNotFinite, notFiniteFile, type StepBatch } from './not-finite.ts';

/** Two patches of four voxels; the target has two channels. */
const batch: StepBatch = {
  step: 12340,
  loss: NaN,
  lr: 0.001,
  patches: [
    { sample: 'fov_030', start: { z: 0, y: 0, x: 0 } },
    { sample: 'fov_031', start: { z: 12, y: 128, x: 64 } },
  ],
  signal: Float32Array.of(1, 2, 3, 4, -5, 0, 0, 7),
  target: Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1, NaN, 2, Infinity, 4, NaN, 0, 0, 0),
  weight: null,
};

it('D9: the file holds place and values of each patch of the step', () => {
  const described = describeBatch(batch);
  expect(described).toEqual({
    schema: 'unstained.not-finite/1',
    step: 12340,
    loss: 'NaN',
    lr: 0.001,
    patches: [
      {
        sample: 'fov_030',
        start: { z: 0, y: 0, x: 0 },
        signal: { min: 1, max: 4, mean: 2.5, nonFinite: 0 },
        target: { min: 0, max: 1, mean: 0.5, nonFinite: 0 },
        weight: null,
      },
      {
        sample: 'fov_031',
        start: { z: 12, y: 128, x: 64 },
        signal: { min: -5, max: 7, mean: 0.5, nonFinite: 0 },
        target: { min: 0, max: 4, mean: 1.2, nonFinite: 3 },
        weight: null,
      },
    ],
  });
  expect(notFiniteFile.decode(notFiniteFile.encode(described), 'a')).toEqual(described);
});

it('D9: a patch without a single number is described too', () => {
  const described = describeBatch({ ...batch, loss: -Infinity, weight: new Float32Array(8).fill(NaN) });
  expect(described.loss).toBe('-Infinity');
  expect(described.patches[1].weight).toEqual({ min: null, max: null, mean: null, nonFinite: 4 });
  expect(notFiniteFile.decode(notFiniteFile.encode(described), 'a')).toEqual(described);
});

it('D9: the error names sample, position, what is wrong there, and the step that is safe', () => {
  expect(lossNotFinite('runs/dna', describeBatch(batch), 12000)).toMatchObject({
    code: 'model/loss-not-finite',
    exitCode: 3,
    step: 12340,
    file: 'runs/dna/not-finite.json',
    what: 'Step 12340: the loss is NaN. It began in fov_031 at (z 12, y 128, x 64), whose target holds 3 NaN or infinite.',
    remedy: expect.stringMatching(
      /^Step 12000 is safe\. Leave fov_031 out, then: unstained train --resume runs\/dna --allow-change data\. .*not-finite\.json/,
    ),
  });
});

it('D9: where all values are numbers, the largest is shown, and the learning rate', () => {
  const target = new Float32Array(16).fill(1);
  target[9] = -34567;
  expect(lossNotFinite('r', describeBatch({ ...batch, loss: Infinity, target }), 0)).toMatchObject({
    what: 'Step 12340: the loss is Infinity. All values of its patches are numbers; the largest is 3.46e+4, in the target of fov_031 at (z 12, y 128, x 64).',
    remedy: expect.stringMatching(/^If those values are extreme .* smaller --lr than 0\.001/),
  });
});

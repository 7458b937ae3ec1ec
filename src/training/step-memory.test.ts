import { expect, it } from 'vitest';
import { requireStepFits, stepMemoryBytes } from './step-memory.ts';

const paper = { dims: 3, depth: 4, channels: 32, inputChannels: 1, outputChannels: 1 } as const;
const patch = { z: 32, y: 64, x: 64 };

// Peaks that bench/step.ts measured, in GB.
it.each([
  { description: paper, batch: 1, size: patch, peak: 1.6 },
  { description: paper, batch: 4, size: patch, peak: 2.94 },
  { description: { ...paper, depth: 3, channels: 16 }, batch: 2, size: patch, peak: 0.81 },
  {
    description: { ...paper, dims: 2 as const, channels: 16, inputChannels: 13, outputChannels: 3 },
    batch: 8,
    size: { z: 1, y: 128, x: 128 },
    peak: 0.66,
  },
])('$peak GB are foretold within a fifth', ({ description, batch, size, peak }) => {
  const ratio = stepMemoryBytes(description, batch, size) / 1e9 / peak;
  expect(ratio).toBeGreaterThan(0.8);
  expect(ratio).toBeLessThan(1.2);
});
it('a batch that does not fit is refused with the one that does', () => {
  expect(() => requireStepFits(paper, 24, patch, 4e9)).toThrow(/about 12 GB; there are 4.0 GB.*--batch 6/s);
  expect(() => requireStepFits(paper, 1, patch, 1e9)).toThrow(/Not even one patch/);
  expect(() => requireStepFits(paper, 4, patch, 4e9)).not.toThrow();
});

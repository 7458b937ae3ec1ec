import { expect, it } from 'vitest';
import { encoderParameters, type CarriedSettings } from '../network/index.ts';
import { planStep } from './step-memory.ts';

const paper = { dims: 3, depth: 4, channels: 32, inputChannels: 1, outputChannels: 1 } as const;
const patch = { z: 32, y: 64, x: 64 };
const blocked = { kind: 'cpu', threads: 2, convBlock: 16 } as const;
const generic = { ...blocked, convBlock: null };

const planar = { dims: 2, depth: 4, channels: 32, inputChannels: 1, outputChannels: 1 } as const;

const averaged = { average: true };
const frozen = { frozen: encoderParameters(paper) };

// Peaks that bench/step.ts measured, in GB: activations kept, and computed again.
it.each([
  { description: paper, batch: 1, size: patch, kept: 1.59, again: 1.5 },
  { description: paper, batch: 4, size: patch, kept: 2.65, again: 2.02 },
  { description: paper, batch: 8, size: patch, kept: 4.31, again: 2.9 },
  { description: { ...paper, depth: 3, channels: 24 }, batch: 4, size: { ...patch, z: 16 }, kept: 1.18, again: 0.867 },
  {
    description: { ...paper, depth: 3, channels: 8 },
    batch: 8,
    size: { z: 16, y: 32, x: 32 },
    kept: 0.423,
    again: 0.381,
  },
  { description: { ...paper, depth: 3 }, batch: 2, size: { z: 32, y: 128, x: 128 }, kept: 4.96, again: 2.52 },
  { description: { ...paper, channels: 16 }, batch: 24, size: patch, kept: 6.17, again: 3.96 },
  { description: { ...paper, depth: 1 }, batch: 8, size: { ...patch, z: 16 }, kept: 1.63, again: 1.12 },
  { description: paper, batch: 24, size: patch, kept: 11.1, again: 6.72 },
  { description: { ...paper, channels: 48 }, batch: 2, size: patch, kept: 3.32, again: 3.07 },
  { description: planar, batch: 4, size: { z: 1, y: 256, x: 256 }, kept: 1.54, again: 1.37 },
  {
    description: { ...planar, channels: 16, inputChannels: 13, outputChannels: 3 },
    batch: 8,
    size: { z: 1, y: 128, x: 128 },
    kept: 0.567,
    again: 0.554,
  },
  { description: paper, batch: 1, size: patch, settings: averaged, kept: 1.97, again: 1.92 },
  { description: paper, batch: 1, size: patch, settings: frozen, kept: 1.02, again: 0.959 },
])('$kept GB and $again GB are foretold within 15 %', ({ description, batch, size, kept, again, ...more }) => {
  const settings: CarriedSettings = ('settings' in more ? more.settings : null) ?? {};
  const of = (memoryBytes: number) => planStep(description, batch, size, memoryBytes, blocked, settings);
  const keeping = of(1e12);
  expect(keeping.plan.recompute).toBe(false);
  expect(Math.abs(keeping.bytes / 1e9 / kept - 1)).toBeLessThan(0.15);
  const frugal = of(keeping.bytes * 2);
  expect(frugal.plan.recompute).toBe(true);
  expect(Math.abs(frugal.bytes / 1e9 / again - 1)).toBeLessThan(0.15);
});
it('a batch that does not fit is refused with the one that does', () => {
  expect(() => planStep(paper, 24, patch, 4e9, generic)).toThrow(/about 12 GB; there are 4.0 GB.*--batch 6/s);
  expect(() => planStep(paper, 1, patch, 1e9, generic)).toThrow(/Not even one patch/);
  expect(() => planStep(paper, 24, patch, 4e9, blocked)).toThrow(/there are 4.0 GB.*--batch 1\d/s);
});
it('activations are kept where there is memory for it, and computed again where there is little', () => {
  expect(planStep(paper, 24, patch, 64e9, blocked).plan.recompute).toBe(false);
  expect(planStep(paper, 24, patch, 16e9, blocked).plan.recompute).toBe(true);
  expect(planStep(paper, 1, patch, 16e9, blocked).plan.recompute).toBe(false);
});

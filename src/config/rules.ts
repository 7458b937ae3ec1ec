/** What must hold between settings that are each right for themselves. */
import type { Config } from './config.ts';
import { patchSize } from './kind.ts';

export interface Rule {
  /** The keys that it looks at: one of them that is wrong already is not blamed twice. */
  readonly keys: readonly string[];
  /** What is wrong, and the remedy; or null. */
  check(config: Config): { readonly what: string; readonly remedy: string } | null;
}

export const RULES: readonly Rule[] = [
  {
    keys: ['network.dims', 'network.zAsChannels'],
    check: ({ network }) =>
      network.zAsChannels && network.dims === 3
        ? {
            what: 'network.zAsChannels is true, but network.dims is 3: planes are channels in 2D only.',
            remedy: 'Add --dims 2, or leave zAsChannels out.',
          }
        : null,
  },
  {
    keys: ['network.dims', 'network.depth', 'patch'],
    check: ({ network: { dims, depth }, patch }) => {
      const { z, y, x } = patch;
      if (dims === 2 && z !== 1)
        return {
          what: `patch ${patchSize.format(patch)} has ${z} planes, but network.dims is 2.`,
          remedy: `In 2D a patch is y,x: ${y},${x}. For volumes: --dims 3.`,
        };
      const cell = 2 ** depth;
      if (dims === 3 && z === 1 && cell > 1)
        return {
          what: `patch ${patchSize.format(patch)} has one plane, but network.dims is 3.`,
          remedy: `In 3D a patch is z,y,x: ${patchSize.format({ z: cell, y, x })}. For planes: --dims 2.`,
        };
      const axes = dims === 3 ? (['z', 'y', 'x'] as const) : (['y', 'x'] as const);
      const wrong = axes.filter((axis) => patch[axis] % cell !== 0);
      if (wrong.length === 0) return null;
      const rounded = (round: (n: number) => number) => {
        const size = { ...patch };
        for (const axis of axes) size[axis] = Math.max(1, round(patch[axis] / cell)) * cell;
        return patchSize.format(size);
      };
      const good = [...new Set([rounded(Math.floor), rounded(Math.ceil)])];
      return {
        what: `patch ${patchSize.format(patch)}: ${wrong.map((axis) => `${axis} ${patch[axis]}`).join(' and ')} must divide by ${cell} (2^depth, depth ${depth}).`,
        remedy: `The nearest that ${good.length > 1 ? 'do are' : 'does is'} ${good.join(' and ')}.`,
      };
    },
  },
  {
    keys: ['network.dims', 'network.depth', 'patch', 'batch'],
    // Batch normalization needs two values a channel on the deepest level; of one the variance is 0.
    check: ({ network: { dims, depth }, patch, batch }) => {
      const cell = 2 ** depth;
      const deepest = batch * (patch.y / cell) * (patch.x / cell) * (dims === 3 ? patch.z / cell : 1);
      return deepest === 1
        ? {
            what: `with batch 1, patch ${patchSize.format(patch)} and depth ${depth} the deepest level is one voxel, which cannot be normalized.`,
            remedy: 'Use a larger patch, batch 2, or less depth.',
          }
        : null;
    },
  },
  {
    keys: ['augment.quarterTurns', 'patch'],
    check: ({ augment, patch }) =>
      augment.quarterTurns && patch.y !== patch.x
        ? {
            what: `augment.quarterTurns needs patches with y = x; patch is ${patchSize.format(patch)}.`,
            remedy: `Use --patch ${patchSize.format({ ...patch, x: patch.y })}, or --set augment.quarterTurns=false.`,
          }
        : null,
  },
  {
    keys: ['split.train'],
    check: ({ split: { train } }) =>
      train >= 1 && !Number.isInteger(train)
        ? {
            what: `split.train is ${train}: from 1 on it is a number of images.`,
            remedy: `Use ${Math.round(train)}, or a part of them below 1, such as 0.8.`,
          }
        : null,
  },
];

/** What must hold between settings that are each right for themselves. */
import type { Config } from './config.ts';
import { patchSize, trainingGrid } from './kind.ts';

export interface Rule {
  /** The keys that it looks at. */
  readonly keys: readonly string[];
  /** What holds, for the reference page: a sentence. */
  readonly holds: string;
  /** What is wrong, and the remedy; or null. */
  check(config: Config): { readonly what: string; readonly remedy: string } | null;
}

export const RULES: readonly Rule[] = [
  {
    keys: ['network.dims', 'network.zAsChannels'],
    holds: 'Planes are channels in 2D only: `network.zAsChannels` needs `network.dims` 2.',
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
    holds:
      'Each side of `patch` that the network halves (y and x, in 3D also z) divides by 2 to the power of `network.depth`; in 2D z is 1.',
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
    holds: 'On the deepest level a step has two voxels at least.',
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
    holds: '`augment.quarterTurns` needs patches with y = x.',
    check: ({ augment, patch }) =>
      augment.quarterTurns && patch.y !== patch.x
        ? {
            what: `augment.quarterTurns needs patches with y = x; patch is ${patchSize.format(patch)}.`,
            remedy: `Use --patch ${patchSize.format({ ...patch, x: patch.y })}, or --set augment.quarterTurns=false.`,
          }
        : null,
  },
  {
    keys: ['augment.quarterTurns', 'voxelSize'],
    holds: '`augment.quarterTurns` needs voxels with y = x.',
    check: ({ augment, voxelSize }) =>
      augment.quarterTurns && voxelSize !== 'native' && voxelSize.y !== voxelSize.x
        ? {
            what: `augment.quarterTurns needs voxels with y = x; voxelSize is ${trainingGrid.format(voxelSize)}.`,
            remedy: `Use --set voxelSize=${trainingGrid.format({ ...voxelSize, x: voxelSize.y })}, or --set augment.quarterTurns=false.`,
          }
        : null,
  },
  {
    keys: ['steps', 'optimizer.warmup'],
    holds: '`optimizer.warmup` ends before the last step.',
    check: ({ steps, optimizer: { warmup } }) =>
      warmup >= steps
        ? {
            what: `optimizer.warmup is ${warmup}, steps ${steps}: the learning rate would never reach optimizer.lr.`,
            remedy: `Use --set optimizer.warmup=${Math.floor(steps / 10)}, or more steps.`,
          }
        : null,
  },
  {
    keys: ['steps', 'optimizer.schedule', 'optimizer.dropEvery'],
    holds:
      'With `optimizer.schedule` step the learning rate drops once at least: `optimizer.dropEvery` is below `steps`.',
    check: ({ steps, optimizer: { schedule, dropEvery } }) =>
      schedule === 'step' && steps > 1 && dropEvery >= steps
        ? {
            what: `optimizer.schedule is step, but of ${steps} steps none is after the first drop, at ${dropEvery}.`,
            remedy: `Use --set optimizer.dropEvery=${Math.ceil(steps / 4)}, or more steps.`,
          }
        : null,
  },
  {
    keys: ['validate.every', 'validate.patience'],
    holds: '`validate.patience` needs measures: `validate.every` above 0.',
    check: ({ validate: { every, patience } }) =>
      patience > 0 && every === 0
        ? {
            what: `validate.patience is ${patience} measures, but validate.every is 0: nothing is measured before the end.`,
            remedy: 'Say after how many steps to measure: --set validate.every=100.',
          }
        : null,
  },
  {
    keys: ['split.by', 'split.heldOut', 'validate.patience'],
    holds: '`validate.patience` needs something to measure: with `split.by` part, `split.heldOut` above 0.',
    check: ({ split: { by, heldOut }, validate: { patience } }) =>
      patience > 0 && by === 'part' && heldOut === 0
        ? {
            what: `validate.patience is ${patience} measures, but split.heldOut is 0: nothing is kept aside to measure.`,
            remedy: 'Keep a part of each image aside: --set split.heldOut=0.25.',
          }
        : null,
  },
  {
    keys: ['split.train'],
    holds: '`split.train` is a whole number from 1 on, or a part below 1.',
    check: ({ split: { train } }) =>
      train >= 1 && !Number.isInteger(train)
        ? {
            what: `split.train is ${train}: from 1 on it is a number of images.`,
            remedy: `Use ${Math.round(train)}, or a part of them below 1, such as 0.8.`,
          }
        : null,
  },
];

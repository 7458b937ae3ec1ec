/** All commands. Each is loaded when it is called for, so that `--help` is there at once. */
import type { Command } from './command.ts';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'trains on a real example that is in the package, predicts, measures, and writes a page to look at',
    load: () => import('./commands/demo.ts').then(({ demo }) => demo),
  },
  {
    name: 'check',
    summary: 'reads every pair of a data set and tells what would spoil training',
    load: () => import('./commands/check.ts').then(({ check }) => check),
  },
  {
    name: 'train',
    summary: 'learns to predict a fluorescence image from a transmitted-light image',
    load: () => import('./commands/train.ts').then(({ train }) => train),
  },
  {
    name: 'predict',
    summary: 'predicts the fluorescence of new transmitted-light images',
    load: () => import('./commands/predict.ts').then(({ predict }) => predict),
  },
  {
    name: 'evaluate',
    summary: 'measures how near predictions are to the measured fluorescence',
    load: () => import('./commands/evaluate.ts').then(({ evaluate }) => evaluate),
  },
  {
    name: 'convert',
    summary: 'writes any image as OME-TIFF or OME-Zarr: all, a part, other voxels, another type',
    load: () => import('./commands/convert.ts').then(({ convert }) => convert),
  },
  {
    name: 'inspect',
    summary: 'tells what is in an image, a run or a checkpoint',
    load: () => import('./commands/inspect.ts').then(({ inspect }) => inspect),
  },
  {
    name: 'devices',
    summary: 'tells what can compute on this machine',
    load: () => import('./commands/devices.ts').then(({ devices }) => devices),
  },
];

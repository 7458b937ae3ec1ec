/** The rows of the comparison: the paper's network and two smaller ones, as training steps and as predictions. */
export interface Row {
  readonly name: string;
  readonly work: 'step' | 'inference';
  readonly depth: number;
  readonly channels: number;
  readonly batch: number;
  /** Of a patch: z, y, x or y, x. */
  readonly size: readonly number[];
  readonly inputs: number;
  readonly outputs: number;
  /** Timed runs of a process, after one that warms up; odd, so that there is one in the middle. */
  readonly repeats: number;
  readonly rounds: number;
  /** Another row, whose fastest way of PyTorch is tried here beside the eager ones, and no other: this one takes long. */
  readonly waysOf?: string;
}

// The machines at hand have phases of a minute or two in which everything takes three times as long. A process that
// measures for a minute lies in one phase or the other; many short ones in turn share the phases fairly, and a median
// over the rounds gets rid of them. So the repeats of a process are few and the rounds many.
const ROUNDS = 5;
const paper = { depth: 4, channels: 32, batch: 1, size: [32, 64, 64], inputs: 1, outputs: 1, rounds: ROUNDS };
const small = { ...paper, depth: 3, channels: 8, batch: 8, size: [16, 32, 32] };
const planes = { ...paper, channels: 16, batch: 8, size: [128, 128], inputs: 13, outputs: 3 };

export const ROWS: readonly Row[] = [
  { ...paper, name: 'step-b1', work: 'step', repeats: 7 },
  { ...paper, name: 'step-b4', work: 'step', batch: 4, repeats: 3 },
  { ...paper, name: 'step-b24', work: 'step', batch: 24, repeats: 1, rounds: 3, waysOf: 'step-b4' },
  { ...paper, name: 'infer-patch', work: 'inference', repeats: 5 },
  { ...paper, name: 'infer-volume', work: 'inference', size: [64, 224, 336], repeats: 3, rounds: 3 },
  { ...small, name: 'step-small', work: 'step', repeats: 9 },
  { ...small, name: 'infer-small', work: 'inference', repeats: 15 },
  { ...planes, name: 'step-2d', work: 'step', repeats: 5 },
  { ...planes, name: 'infer-2d', work: 'inference', repeats: 9 },
];

export function describeRow({ work, depth, channels, batch, size, inputs, outputs }: Row): string {
  const planes = inputs > 1 || outputs > 1 ? `, ${inputs} planes in, ${outputs} out` : '';
  const images = `${batch > 1 ? `${batch} of ` : ''}${size.join('x')}`;
  return `${work === 'step' ? 'step' : 'prediction'}, depth ${depth}, ${channels} channels${planes}, ${images}`;
}

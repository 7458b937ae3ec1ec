import { describe, expect, it } from 'vitest';
import type { Config } from '../config/index.ts';
import { learningRate } from './schedule.ts';

const optimizer = {
  lr: 0.002,
  warmup: 0,
  dropEvery: 3,
  dropTo: 0.5,
  betas: [0.5, 0.999] as const,
  eps: 1e-8,
  weightDecay: 0,
  clip: 0,
};

function rates(schedule: Config['optimizer']['schedule'], warmup = 0, steps = 12): number[] {
  const config = { steps, optimizer: { ...optimizer, schedule, warmup } };
  return Array.from({ length: steps }, (_, i) => learningRate(config, i + 1));
}

// By torch.optim.lr_scheduler (PyTorch 2.15): CosineAnnealingLR(T_max=12), StepLR(3, 0.5), and with warm-up
// SequentialLR of LinearLR(1 / 5, 1, total_iters=4) and each of them (T_max=8), milestones [4].
const PYTORCH = [
  {
    schedule: 'cosine',
    warmup: 0,
    expected: [
      0.002, 0.0019659258262890683, 0.001866025403784439, 0.0017071067811865474, 0.0015, 0.0012588190451025209, 0.001,
      0.0007411809548974794, 0.0005, 0.00029289321881345256, 0.0001339745962155613, 3.40741737109318e-5,
    ],
  },
  {
    schedule: 'step',
    warmup: 0,
    expected: [0.002, 0.002, 0.002, 0.001, 0.001, 0.001, 0.0005, 0.0005, 0.0005, 0.00025, 0.00025, 0.00025],
  },
  {
    schedule: 'constant',
    warmup: 4,
    expected: [0.0004, 0.0008, 0.0012, 0.0016, 0.002, 0.002, 0.002, 0.002, 0.002, 0.002, 0.002, 0.002],
  },
  {
    schedule: 'cosine',
    warmup: 4,
    expected: [
      0.0004, 0.0008, 0.0012, 0.0016, 0.002, 0.0019238795325112869, 0.0017071067811865476, 0.0013826834323650901, 0.001,
      0.0006173165676349105, 0.0002928932188134526, 7.612046748871329e-5,
    ],
  },
  {
    schedule: 'step',
    warmup: 4,
    expected: [0.0004, 0.0008, 0.0012, 0.0016, 0.002, 0.002, 0.002, 0.001, 0.001, 0.001, 0.0005, 0.0005],
  },
] as const;

describe.each(PYTORCH)('$schedule after $warmup steps of warm-up', ({ schedule, warmup, expected }) => {
  it("gives PyTorch's rates", () =>
    rates(schedule, warmup).forEach((rate, i) => expect(rate).toBeCloseTo(expected[i], 15)));
});

it('a constant rate is the same at every step', () => expect(new Set(rates('constant'))).toEqual(new Set([0.002])));
it('a training that ends in the warm-up has rates too', () => {
  for (const schedule of ['constant', 'step', 'cosine'] as const)
    expect(rates(schedule, 12).map((rate) => rate / 0.002)).toEqual(
      Array.from({ length: 12 }, (_, i) => expect.closeTo((i + 1) / 13, 12)),
    );
});

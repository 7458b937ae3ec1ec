import { describe, expect, it } from 'vitest';
import { random } from '../../core/index.ts';
import { emptySpectrum, transform } from './fourier.ts';

describe('the Fourier transform of a box', () => {
  // numpy 2: np.fft.fftn of [[[ (7 x + 3 y + 5 z) % 11 for x in 0..3 ] y in 0..1 ] z in 0..1 ], re and im in turns.
  const NUMPY = [
    78, 0, -1, 1, -12, 0, -1, -1, -2, 0, -11, 11, 0, 0, -11, -11, 4, 0, -11, -11, -22, 0, -11, 11, 0, 0, 11, 11, -22, 0,
    11, -11,
  ];

  it('is that of numpy', () => {
    const box = emptySpectrum({ z: 2, y: 2, x: 4 });
    for (let z = 0, at = 0; z < 2; z++)
      for (let y = 0; y < 2; y++) for (let x = 0; x < 4; x++, at += 2) box.data[at] = (7 * x + 3 * y + 5 * z) % 11;
    transform(box, false);
    box.data.forEach((value, i) => expect(value).toBeCloseTo(NUMPY[i], 3));
  });

  it('is undone by its inverse, also where only a part is wanted', () => {
    const rng = random(5);
    const box = emptySpectrum({ z: 4, y: 16, x: 32 });
    const before = box.data.map(() => rng.normal());
    const wanted = { y: [0, 3, 15], x: [1, 2, 9, 31] };
    box.data.set(before);
    transform(box, false);
    transform(box, true, wanted);
    for (let z = 0; z < 4; z++)
      for (const y of wanted.y)
        for (const x of wanted.x) {
          const at = 2 * ((z * 16 + y) * 32 + x);
          expect(box.data[at]).toBeCloseTo(before[at], 5);
          expect(box.data[at + 1]).toBeCloseTo(before[at + 1], 5);
        }
  });
});

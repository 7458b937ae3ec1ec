import { describe, expect, it } from 'vitest';
import { decodePng } from '../codec/index.ts';
import type { Volume } from '../volume/index.ts';
import { diverging, glow } from './color.ts';
import { previewHistory, previewPng, renderReport, type PreviewSample } from './index.ts';
import { drawable, drawText, textWidth } from './pixel-letters.ts';
import { hasChromium, inChromium } from './testing/in-chromium.ts';

const SIZE = { z: 3, y: 24, x: 32 };
const PLANE = SIZE.y * SIZE.x;
const volume = (value: (i: number, z: number, c: number) => number, channels = 1): Volume => ({
  data: Float32Array.from({ length: channels * SIZE.z * PLANE }, (_, i) =>
    value(i % PLANE, Math.floor(i / PLANE) % SIZE.z, Math.floor(i / PLANE / SIZE.z)),
  ),
  channels,
  size: SIZE,
  voxelSize: null,
});
/** Plane 2 varies most. */
const target = volume((i, z) => (z === 2 ? i / PLANE : (z * i) / PLANE / 4));
const dna = { name: 'dna', color: '#4aa8ff', r: 0.5 };

/** The pixels of a cell: column 0 is the signal. Each voxel is 6 by 6 pixels. */
async function cellsOf(samples: readonly PreviewSample[], structures = [dna], step = 500) {
  const { width, height, data } = await decodePng(previewPng({ step, structures, samples }));
  const top = height - samples.length * (6 * SIZE.y + 6) - 6;
  const pixel = (column: number, row: number, i: number) => {
    const x = 6 + column * (6 * SIZE.x + 6) + 6 * (i % SIZE.x);
    const y = top + row * (6 * SIZE.y + 6) + 6 * Math.floor(i / SIZE.x);
    return Array.from(data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3));
  };
  const cell = (column: number, row = 0) => Array.from({ length: PLANE }, (_, i) => pixel(column, row, i));
  return { width, height, cell };
}
const rounded = (color: readonly number[]) => color.map((value) => Math.trunc(value));

describe('a preview', () => {
  it('of a perfect network shows target and prediction alike, and no difference', async () => {
    const { width, cell } = await cellsOf([{ signal: target, target, prediction: target }]);
    expect(width).toBe(6 + 4 * (6 * SIZE.x + 6));
    expect(cell(2)).toEqual(cell(1));
    expect(new Set(cell(3).map(String))).toEqual(new Set([String(rounded(diverging(128 / 255)))]));
  });

  it('draws target and signal alike at every step, whatever is predicted', async () => {
    const at = (factor: number, step: number) =>
      cellsOf([{ signal: target, target, prediction: volume((i) => i * factor) }], [{ ...dna, r: factor }], step);
    const [early, late] = [await at(9, 1), await at(0, 123_456_789)];
    expect([late.width, late.height]).toEqual([early.width, early.height]);
    expect([0, 1].map((column) => late.cell(column))).toEqual([0, 1].map((column) => early.cell(column)));
    expect(late.cell(2)).not.toEqual(early.cell(2));
    expect(new Set(late.cell(2).map(String))).toEqual(new Set(['0,0,0'])); // darkest, as in the target's window
  });

  it('shows the plane in which the target varies most, brighter to the right', async () => {
    const { cell } = await cellsOf([{ signal: target, target, prediction: target }]);
    const blue = cell(1).map(([, , b]) => b);
    expect(blue).toEqual(blue.toSorted((a, b) => a - b));
    expect([cell(1)[0], cell(1)[PLANE - 1]]).toEqual([[0, 0, 0], rounded(glow(dna.color)(1))]);
  });

  it('tells too little in blue from too much in red, and what is no number in gray', async () => {
    const prediction = volume((i) => (i % 3 === 0 ? -100 : i % 3 === 1 ? 100 : NaN));
    const { cell } = await cellsOf([{ signal: target, target, prediction }]);
    expect(cell(3).slice(0, 3)).toEqual([rounded(diverging(0)), rounded(diverging(1)), [128, 128, 128]]);
  });

  it('has a row for each of four samples, three columns for each structure, and the middle of many signal channels', async () => {
    const planes = volume((i, _, c) => (c === 1 ? i : 0), 3);
    const two = { ...volume((i, _, c) => (c === 0 ? i : -i), 2) };
    const samples = Array.from({ length: 5 }, () => ({ signal: planes, target: two, prediction: two }));
    const { width, cell } = await cellsOf(samples.slice(0, 4), [dna, { name: '核', color: '#ff0000', r: NaN }]);
    expect(width).toBe(6 + 7 * (6 * SIZE.x + 6));
    expect(cell(4, 3)[0]).not.toEqual(cell(1, 3)[0]);
    expect(cell(0, 3)[PLANE - 1]).toEqual([255, 255, 255]);
    expect((await cellsOf(samples.slice(0, 4))).height).toBe(
      (await decodePng(previewPng({ step: 500, structures: [dna], samples }))).height,
    );
  });
});

describe('letters of pixels', () => {
  it('are there for names with accents, and not for others', () => {
    expect(drawable('Größe é-1.5 %')).toBe('GROSSE E-1.5 %');
    expect(drawable('核')).toBeNull();
  });
  it('are all different, and lie within their width', () => {
    const drawings = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:-+_/%()', (letter) => {
      const picture = { width: textWidth('AA', 1), height: 7, data: new Uint8Array(textWidth('AA', 1) * 21) };
      drawText(picture, letter, { left: 0, top: 0, scale: 1, color: [1, 1, 1] });
      expect(picture.data.some((value, i) => value > 0 && Math.floor(i / 3) % picture.width >= 5)).toBe(false);
      return picture.data.join('');
    });
    expect(new Set(drawings).size).toBe(46);
  });
});

describe('previews over time', () => {
  const png = previewPng({ step: 1, structures: [dna], samples: [{ signal: target, target, prediction: target }] });
  const previews = Array.from({ length: 100 }, (_, i) => ({ step: (i + 1) * 500, png, r: i === 99 ? null : i / 100 }));

  it('are in the order of their steps, the last to be seen', () => {
    const html = previewHistory(previews.slice(0, 3).toReversed());
    expect(html.match(/alt="[^"]*"/g)).toEqual(
      [500, 1000, 1500].map((step, i) => `alt="previews at step ${step}, r 0.0${i}"`),
    );
    expect(html.match(/ hidden>/g)).toHaveLength(2);
    expect(html).toMatch(/alt="previews at step 1500, r 0.02" src="data:image\/png;base64,[^"]*">/);
  });
  it('of a long training are 24 with the first and the last; of none, nothing', () => {
    const html = previewHistory(previews);
    const steps = Array.from(html.matchAll(/previews at step (\d+)/g), ([, step]) => Number(step));
    expect([steps.length, steps[0], steps.at(-1)]).toEqual([24, 500, 50_000]);
    expect(html).toContain('Shown are 24 of 100.');
    expect(html).toContain('step 50000, r –');
    expect(previewHistory([])).toBe('');
  });

  it.skipIf(!hasChromium)('are paged through in the report with the slider', async () => {
    const report = await renderReport({ title: 't', examples: [], previews: [], facts: [] });
    await inChromium(
      report.replace('<footer>', `${previewHistory(previews.slice(0, 3))}<footer>`),
      async ({ page }) => {
        const seen = () =>
          page.locator('img:visible').evaluateAll((images) => images.map((image) => image.getAttribute('alt')));
        expect(await seen()).toEqual(['previews at step 1500, r 0.02']);
        await page.locator('.planes input').press('Home');
        expect(await seen()).toEqual(['previews at step 500, r 0.00']);
        expect(await page.locator('.planes output').textContent()).toBe('step 500, r 0.00');
      },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { decodePng } from '../codec/index.ts';
import { diverging, drawPlane, glow, gray, windowOf } from './color.ts';
import { formatScore } from './html.ts';
import { lossChart } from './loss-chart.ts';
import { renderReport, triptychPng, type Planes, type ReportExample } from './index.ts';
import { hasChromium, inChromium } from './testing/in-chromium.ts';

const planes = (value: (i: number, plane: number) => number, count = 3): Planes => ({
  width: 8,
  height: 6,
  planes: Array.from({ length: count }, (_, plane) => Float32Array.from({ length: 48 }, (__, i) => value(i, plane))),
});

const example: ReportExample = {
  title: 'Cells <script>alert(1)</script>',
  about: 'A & B',
  credit: null,
  signal: planes((i) => i),
  planeNames: ['z 0', 'z 1', 'z 2'],
  isHeldOut: true,
  pixelSize: 0.3,
  structures: [
    {
      name: '"dna" <b>',
      color: '#4aa8ff',
      target: planes((i, p) => (i + p) % 5),
      prediction: planes((i, p) => ((i + p) % 5) * 0.8),
      weight: null,
      train: { r: 0.9, normalizedL2: 0.2 },
      heldOut: { r: -0.05, normalizedL2: 1.1 },
      baselines: [{ name: 'blank image', r: null, normalizedL2: 1 }],
    },
  ],
  losses: Array.from({ length: 50 }, (_, i) => ({ step: i + 1, loss: 2 / (i + 1) })),
  split: { width: 100, train: 60, margin: 10, heldOut: 30 },
  facts: [{ name: 'network', value: '<i>3D</i>' }],
};

describe('the report', () => {
  it('I4: names from files stand in it as text, never as HTML', async () => {
    const page = await renderReport({ title: '<img src=x>', examples: [example], previews: [], facts: [] });
    expect(page).not.toMatch(/<script>alert|<b> ?\d|<img src=x>|<i>3D/);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });
  it('says the scores of the held-out part, with a dash where there is none', async () => {
    const page = await renderReport({ title: 't', examples: [example], previews: [], facts: [] });
    expect(page).toContain('<b>r −0.05</b>');
    expect(page).toMatch(/blank image<\/td><td class="number">–<\/td>/);
  });
  it('a score that rounds to nothing has no sign', () => {
    expect([-0.001, -0.02, null, NaN].map(formatScore)).toEqual(['0.00', '−0.02', '–', '–']);
  });
  it('refers to nothing outside itself', async () => {
    const page = await renderReport({ title: 't', examples: [example], previews: [], facts: [] });
    expect(page.match(/(src|href)="(?!data:)[^"]*"/g)).toBeNull();
    expect(page).not.toMatch(/url\(|@import|https?:/);
  });

  it.skipIf(!hasChromium)(
    'opens in a browser without an error, a request or a violation of its policy; slider, wipe and crosshair work',
    async () => {
      await inChromium(
        await renderReport({ title: 't', examples: [example], previews: [], facts: [] }),
        async ({ page, said, asked }) => {
          const visible = () =>
            page
              .locator('[data-plane]:visible')
              .evaluateAll((images) => images.map((image) => image.getAttribute('data-plane')));
          const pictures = 8; // input, prediction, truth and the wipe's prediction; four panels
          expect(await visible()).toEqual(Array.from({ length: pictures }, () => '1'));
          await page.locator('.planes input').fill('2');
          expect(await visible()).toEqual(Array.from({ length: pictures }, () => '2'));
          expect(await page.locator('output').textContent()).toBe('z 2');
          const clip = () => page.locator('.over').evaluate((over) => getComputedStyle(over).clipPath);
          const whole = await clip();
          await page.locator('.wipe input').fill('50');
          expect(await clip()).not.toBe(whole);
          await page.locator('.panels .frame').first().hover();
          expect(await page.locator('.cross:visible').count()).toBe(7); // one in every frame
          await page.locator('h1').hover();
          expect(await page.locator('.cross:visible').count()).toBe(0);
          expect(said).toEqual([]);
          expect(asked).toEqual([]);
        },
      );
    },
  );
});

describe('pictures', () => {
  it('a window runs from quantile to quantile of all planes, and is never empty', () => {
    expect(
      windowOf(
        planes((i) => i),
        0,
        1,
      ),
    ).toEqual({ low: 0, high: 47 });
    expect(
      windowOf(
        planes(() => 3),
        0,
        1,
      ),
    ).toEqual({ low: 3, high: 4 });
  });
  it('values outside the window are drawn darkest and brightest', () => {
    const { data } = drawPlane(Float32Array.of(-9, 0, 1, 9), 4, 1, { low: 0, high: 1 }, gray);
    expect([...data]).toEqual([0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255]);
  });
  it('a voxel without a number is gray, and moves no window', () => {
    const image = planes((i) => (i === 5 ? NaN : i), 1);
    expect(windowOf(image, 0, 1)).toEqual({ low: 0, high: 47 });
    expect([...drawPlane(Float32Array.of(0, NaN, 1), 3, 1, { low: 0, high: 1 }, gray).data.subarray(3, 6)]).toEqual([
      128, 128, 128,
    ]);
    expect(
      windowOf(
        planes(() => NaN, 1),
        0,
        1,
      ),
    ).toEqual({ low: 0, high: 1 });
  });
  it('a network that diverged still gets its report', async () => {
    const [structure] = example.structures;
    const diverged = { ...example, structures: [{ ...structure, prediction: planes(() => NaN) }] };
    expect(await renderReport({ title: 't', examples: [diverged], previews: [], facts: [] })).toContain('</html>');
  });
  it('no error is white, too little blue, too much red', () => {
    const [low, middle, high] = [0, 0.5, 1].map((value) => diverging(value));
    expect(low[2]).toBeGreaterThan(low[0]);
    expect(Math.min(...middle)).toBeGreaterThan(240);
    expect(high[0]).toBeGreaterThan(high[2]);
    expect(glow('#4aa8ff')(0)).toEqual([0, 0, 0]);
  });
  it('input, prediction and truth side by side make one PNG', async () => {
    const { width, height, channels } = await decodePng(new Uint8Array(triptychPng(example)));
    expect({ width, height, channels }).toEqual({ width: 3 * 8 + 2 * 6, height: 6, channels: 3 });
    expect((await decodePng(new Uint8Array(triptychPng(example, 0)))).width).toBe(3 * 8);
  });
  it('the loss is drawn where there are two steps', () => {
    expect(lossChart(example.losses)).toContain('<path d="M');
    expect(lossChart(example.losses.slice(0, 1))).toBe('');
  });
  it('50,000 steps are drawn in no more bytes than a screen can show', () => {
    const losses = Array.from({ length: 50_000 }, (_, i) => ({ step: i + 1, loss: 1 + Math.sin(i) / 2 }));
    expect(lossChart(losses).length).toBeLessThan(25_000);
  });
  it('a loss that is 0, infinite or not a number is left out of the chart', () => {
    const losses = [3, 0, Infinity, NaN, 2].map((loss, i) => ({ step: i + 1, loss }));
    const chart = lossChart(losses);
    expect(chart).toBe(lossChart([losses[0], losses[4]]));
    expect(chart).not.toMatch(/NaN|Infinity/);
  });
  it('the loss axis ends at 1, 2 or 5', () => {
    const labels = lossChart([0.37, 1.3].map((loss, i) => ({ step: i + 1, loss }))).match(/text-anchor="end">[\d.]+/g);
    expect(labels?.map((label) => Number(label.split('>')[1]))).toEqual([0.2, 0.5, 1, 2]);
  });
});

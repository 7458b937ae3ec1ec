/**
 * The course of the loss: its range faint, its running median strong, on a logarithmic axis with ticks at 1, 2 and 5.
 * An SVG string whose length doesn't grow with the number of steps.
 */
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';

interface Point {
  readonly step: number;
  readonly loss: number;
}

/** Some steps in a row: as many as share a place along the axis. */
interface Stretch {
  readonly step: number;
  readonly lowest: number;
  readonly median: number;
  readonly highest: number;
}

const WIDTH = 480;
const HEIGHT = 220;
const LEFT = 44;
const RIGHT = 10;
const BOTTOM = 40;
/** More than one in a pixel would not be seen. */
const MOST_STRETCHES = 420;

export function lossChart(losses: readonly Point[]): string {
  const drawable = losses.filter(({ loss }) => loss > 0 && loss < Infinity); // a logarithm has no others
  if (drawable.length < 2) return '';
  const stretches = stretchesOf(drawable);
  const low = tickBelow(stretches.reduce((least, { lowest }) => Math.min(least, lowest), Infinity));
  const high = tickAbove(stretches.reduce((most, { highest }) => Math.max(most, highest), 0));
  const x = scaleLinear([stretches[0].step, stretches[stretches.length - 1].step], [LEFT, WIDTH - RIGHT]);
  const y = scaleLog([low, high > low ? high : 10 * low], [HEIGHT - BOTTOM, 8]);
  const path = line<Point>(
    ({ step }) => x(step),
    ({ loss }) => y(loss),
  ).digits(1);
  const range = stretches.flatMap(({ step, lowest, highest }) => [
    { step, loss: lowest },
    { step, loss: highest },
  ]);
  const rows = ticks(y.domain() as [number, number]).map(
    (value) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" class="rule"/>` +
      `<text x="${LEFT - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${Number(value.toPrecision(1))}</text>`,
  );
  const columns = x
    .ticks(5)
    .map((step) => `<text x="${x(step).toFixed(1)}" y="${HEIGHT - 22}" text-anchor="middle">${step}</text>`);
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Loss over the steps of the training" class="chart">` +
    rows.join('') +
    columns.join('') +
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 5}" text-anchor="middle">step</text>` +
    `<path d="${path(range) ?? ''}" class="faint"/><path d="${path(runningMedian(stretches)) ?? ''}" class="strong"/></svg>`
  );
}

function stretchesOf(points: readonly Point[]): Stretch[] {
  const count = Math.min(points.length, MOST_STRETCHES);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * points.length) / count);
    const near = points.slice(from, Math.floor(((i + 1) * points.length) / count));
    const sorted = near.map(({ loss }) => loss).sort((a, b) => a - b);
    return {
      step: near[near.length >> 1].step,
      lowest: sorted[0],
      median: middle(sorted),
      highest: sorted[sorted.length - 1],
    };
  });
}

function runningMedian(stretches: readonly Stretch[]): Point[] {
  const reach = Math.max(1, Math.round(stretches.length / 40));
  return stretches.map(({ step }, i) => {
    const near = stretches.slice(Math.max(0, i - reach), i + reach + 1).map(({ median }) => median);
    return { step, loss: middle(near.sort((a, b) => a - b)) };
  });
}

function middle(sorted: readonly number[]): number {
  return sorted[sorted.length >> 1];
}

/** 1, 2 and 5 of every decade inside the domain; of many decades only the 1. */
function ticks([low, high]: [number, number]): number[] {
  const digits = high / low > 1e4 ? [1] : [1, 2, 5];
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high * 1.001; power++)
    for (const digit of digits) {
      const value = digit * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001) found.push(value);
    }
  return found;
}

function tickBelow(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return ([5, 2, 1].find((digit) => digit * decade <= value * 1.001) ?? 1) * decade;
}

function tickAbove(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((digit) => digit * decade >= value * 0.999) ?? 10) * decade;
}

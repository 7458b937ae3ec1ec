/** The course of the loss: every step faint, their running median strong, on a logarithmic axis. An SVG string. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';

interface Point {
  readonly step: number;
  readonly loss: number;
}

const WIDTH = 640;
const HEIGHT = 220;
const LEFT = 48;
const BOTTOM = 34;

export function lossChart(losses: readonly Point[]): string {
  const positive = losses.filter(({ loss }) => loss > 0);
  if (positive.length < 2) return '';
  const medians = runningMedian(positive, Math.max(1, Math.round(positive.length / 40)));
  const values = positive.map(({ loss }) => loss);
  const x = scaleLinear([positive[0].step, positive[positive.length - 1].step], [LEFT, WIDTH - 8]);
  const y = scaleLog([Math.min(...values), Math.max(...values)], [HEIGHT - BOTTOM, 8]).nice();
  const path = line<Point>(
    (point) => x(point.step),
    (point) => y(point.loss),
  ).digits(1);
  const rows = ticks(y.domain() as [number, number]).map(
    (value) =>
      `<line x1="${LEFT}" x2="${WIDTH - 8}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" class="rule"/>` +
      `<text x="${LEFT - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${Number(value.toPrecision(2))}</text>`,
  );
  const columns = x
    .ticks(6)
    .map((step) => `<text x="${x(step).toFixed(1)}" y="${HEIGHT - 14}" text-anchor="middle">${step}</text>`);
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Loss over the steps of the training" class="chart">` +
    rows.join('') +
    columns.join('') +
    `<text x="${WIDTH - 8}" y="${HEIGHT}" text-anchor="end">step</text>` +
    `<path d="${path(positive) ?? ''}" class="faint"/><path d="${path(medians) ?? ''}" class="strong"/></svg>`
  );
}

/** 1, 2 and 5 of every decade inside the domain. */
function ticks([low, high]: [number, number]): number[] {
  const found: number[] = [];
  for (let decade = 10 ** Math.floor(Math.log10(low)); decade <= high; decade *= 10)
    for (const digit of [1, 2, 5])
      if (digit * decade >= low * 0.999 && digit * decade <= high * 1.001) found.push(digit * decade);
  return found;
}

function runningMedian(points: readonly Point[], reach: number): Point[] {
  return points.map(({ step }, i) => {
    const near = points.slice(Math.max(0, i - reach), i + reach + 1).map(({ loss }) => loss);
    return { step, loss: near.sort((a, b) => a - b)[near.length >> 1] };
  });
}

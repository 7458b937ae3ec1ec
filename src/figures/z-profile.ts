/** How sharp each plane is, signal and target, each on its own scale: whether both are in focus at the same depth. An SVG. */
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { CheckedSample } from './check-data.ts';

const WIDTH = 220;
const HEIGHT = 132;
const LEFT = 10;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 24;

/** '' where there are no planes to compare. The shown plane is marked. */
export function zProfileChart({ zProfile: { signal, target }, plane }: CheckedSample): string {
  const planes = Math.max(signal.length, target.length);
  if (planes < 2) return '';
  const x = scaleLinear([0, planes - 1], [LEFT, WIDTH - RIGHT]);
  const y = scaleLinear([0, 1], [HEIGHT - BOTTOM, TOP]);
  const floor = HEIGHT - BOTTOM;
  const mark =
    plane === null
      ? ''
      : `<line x1="${x(plane).toFixed(1)}" x2="${x(plane).toFixed(1)}" y1="${TOP}" y2="${floor}" class="at"/>`;
  const label = (z: number, anchor: string) =>
    `<text x="${x(z).toFixed(1)}" y="${HEIGHT - 8}" text-anchor="${anchor}">z ${z}</text>`;
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Sharpness of each plane, of signal and target" class="profile">` +
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${floor}" y2="${floor}" class="rule"/>${mark}` +
    [
      { values: signal, of: 'signal' },
      { values: target, of: 'target' },
    ]
      .map(({ values, of }) => curve(values, of, x, y))
      .join('') +
    `${label(0, 'start')}${label(planes - 1, 'end')}</svg>`
  );

  function curve(values: readonly number[], of: string, atX: (z: number) => number, atY: (v: number) => number) {
    const finite = values.filter(Number.isFinite);
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    if (finite.length < 2) return ''; // one plane has no course
    const path = line<number>(
      (_, z) => atX(z),
      (value) => atY(high > low ? (value - low) / (high - low) : 0.5),
    )
      .defined(Number.isFinite)
      .digits(1)(values);
    return `<path d="${path ?? ''}" class="${of}"/>`;
  }
}

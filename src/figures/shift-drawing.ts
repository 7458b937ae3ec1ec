/** Where the target lies against the signal, as seen from above: an arrow from where it belongs to where it is. An SVG. */
import type { Shift } from './check-data.ts';
import { signed } from './html.ts';

const WIDTH = 220;
const HEIGHT = 132;
const MIDDLE = { x: 70, y: 66 };
const RADIUS = 52;
/** Voxels from the middle to the outer ring: the first that holds the arrow, so that the noise of a good pair stays a dot. */
const RANGES = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** `isBad` draws it as a fault. */
export function shiftDrawing(shift: Shift, isBad: boolean): string {
  const length = Math.hypot(shift.y, shift.x);
  const range = RANGES.find((ring) => ring >= length) ?? length;
  const place = (axis: 'y' | 'x') => (MIDDLE[axis] + (shift[axis] * RADIUS) / range).toFixed(1);
  const ring = (radius: number) => `<circle cx="${MIDDLE.x}" cy="${MIDDLE.y}" r="${radius}" class="ring"/>`;
  const cross = `M${MIDDLE.x - RADIUS} ${MIDDLE.y}h${2 * RADIUS}M${MIDDLE.x} ${MIDDLE.y - RADIUS}v${2 * RADIUS}`;
  const numbers = (['z', 'y', 'x'] as const).map(
    (axis, i) =>
      `<text x="150" y="${46 + 24 * i}">${axis}</text><text x="212" y="${46 + 24 * i}" text-anchor="end" class="number">${signed(shift[axis])}</text>`,
  );
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Shift of the target" class="dial ${isBad ? 'off' : 'on'}">` +
    `${ring(RADIUS)}${ring(RADIUS / 2)}<path d="${cross}" class="ring"/>` +
    `<line x1="${MIDDLE.x}" y1="${MIDDLE.y}" x2="${place('x')}" y2="${place('y')}" class="arrow"/>` +
    `<circle cx="${place('x')}" cy="${place('y')}" r="5" class="tip"/>${numbers.join('')}` +
    `<text x="212" y="${HEIGHT - 8}" text-anchor="end">ring: ${Math.round(range)}</text></svg>`
  );
}

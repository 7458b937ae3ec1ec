/** Where the target lies against the signal, as seen from above: an arrow from where it belongs to where it is. An SVG. */
import type { Shift } from './check-data.ts';
import { signed } from './html.ts';

const SIZE = 132;
const MIDDLE = SIZE / 2;
const RADIUS = 54;
/** Voxels from the middle to the outer ring: the first that holds the arrow, so that the noise of a good pair stays a dot. */
const RANGES = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** `isBad` draws it as a fault. */
export function shiftDrawing(shift: Shift, isBad: boolean): string {
  const length = Math.hypot(shift.y, shift.x);
  const range = RANGES.find((ring) => ring >= length) ?? length;
  const [x, y] = [shift.x, shift.y].map((voxels) => (MIDDLE + (voxels * RADIUS) / range).toFixed(1));
  const ring = (radius: number) => `<circle cx="${MIDDLE}" cy="${MIDDLE}" r="${radius}" class="ring"/>`;
  return (
    `<svg viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label="Shift of the target: ${shiftText(shift)}" class="dial ${isBad ? 'off' : 'on'}">` +
    ring(RADIUS) +
    ring(RADIUS / 2) +
    `<path d="M${MIDDLE - RADIUS} ${MIDDLE}h${2 * RADIUS}M${MIDDLE} ${MIDDLE - RADIUS}v${2 * RADIUS}" class="ring"/>` +
    `<line x1="${MIDDLE}" y1="${MIDDLE}" x2="${x}" y2="${y}" class="arrow"/><circle cx="${x}" cy="${y}" r="5" class="tip"/>` +
    `<text x="${SIZE - 2}" y="${SIZE - 4}" text-anchor="end">ring: ${Math.round(range)}</text></svg>`
  );
}

/** `z 0, y +6.1, x −3.2`. */
export function shiftText({ z, y, x }: Shift): string {
  return `z ${signed(z)}, y ${signed(y)}, x ${signed(x)}`;
}

/**
 * Whether two signals show the same field, whole or in part, with other noise, another type or another brightness: phase
 * correlation of their thumbnails finds the place where they could overlap, the correlation of what overlaps there decides.
 */
import { emptySpectrum, transform, type Spectrum } from './fourier.ts';
import type { Thumbnail } from './fingerprint.ts';

export interface Overlap {
  /** Pearson's r of the details where the fields overlap. */
  readonly correlation: number;
  /** Of the smaller field, the part that the other one shows too. */
  readonly part: number;
}

/** A peak of the phase correlation below so many deviations is chance: of 65536 displacements, the highest is about 4.3. */
const LEAST_PEAK = 6;
/** Details of one field taken twice correlate at least so; what dust on the camera makes in all fields, less. */
const LEAST_CORRELATION = 0.5;
/** Fields that share less are neighbors. */
const LEAST_PART = 0.1;
/** Samples of a thumbnail along each side of the overlap, at least. */
const LEAST_SIDE = 8;

/** Where the same field is shown, or null. */
export function overlapOf(one: Thumbnail, other: Thumbnail): Overlap | null {
  const bin = Math.max(one.bin, other.bin);
  const [a, b] = [coarser(one, bin), coarser(other, bin)];
  const side = 2 ** Math.ceil(Math.log2(Math.max(a.y, a.x, b.y, b.x)));
  const pair = emptySpectrum({ z: 1, y: side, x: side });
  put(pair, a, 0);
  put(pair, b, 1);
  transform(pair, false);
  whiten(pair);
  transform(pair, true);
  const map = pair.data;
  let [top, squares] = [0, 0];
  for (let i = 0; i < map.length; i += 2) {
    squares += map[i] * map[i];
    if (map[i] > map[top]) top = i;
  }
  if (map[top] < LEAST_PEAK * Math.sqrt(squares / (map.length / 2))) return null;
  // The box is no larger than the thumbnails: a displacement stands for itself and for those one box further back.
  const [y, x] = [Math.floor(top / 2 / side), (top / 2) % side];
  const overlaps = [y, y - side].flatMap((dy) => [x, x - side].flatMap((dx) => correlationAt(a, b, dy, dx) ?? []));
  const same = overlaps.filter(({ correlation, part }) => correlation >= LEAST_CORRELATION && part >= LEAST_PART);
  return same.toSorted((p, q) => q.part - p.part)[0] ?? null;
}

function coarser(thumbnail: Thumbnail, bin: number): Thumbnail {
  const by = bin / thumbnail.bin;
  if (by === 1) return thumbnail;
  const [y, x] = [Math.floor(thumbnail.y / by), Math.floor(thumbnail.x / by)];
  const data = Int8Array.from({ length: y * x }, (_, i) => {
    const [row, column] = [Math.floor(i / x) * by, (i % x) * by];
    let sum = 0;
    for (let dy = 0; dy < by; dy++)
      for (let dx = 0; dx < by; dx++) sum += thumbnail.data[(row + dy) * thumbnail.x + column + dx];
    return sum / (by * by);
  });
  return { bin, y, x, data };
}

function put({ data, size }: Spectrum, thumbnail: Thumbnail, part: 0 | 1): void {
  for (let y = 0; y < thumbnail.y; y++)
    for (let x = 0; x < thumbnail.x; x++) data[2 * (y * size.x + x) + part] = thumbnail.data[y * thumbnail.x + x];
}

/** From the transform of a + i b to the phase of A conj(B), in place. */
function whiten({ data, size }: Spectrum): void {
  const before = data.slice();
  for (let y = 0; y < size.y; y++)
    for (let x = 0; x < size.x; x++) {
      const at = 2 * (y * size.x + x);
      const opposite = 2 * (((size.y - y) % size.y) * size.x + ((size.x - x) % size.x));
      const [re, im, reO, imO] = [before[at], before[at + 1], before[opposite], before[opposite + 1]];
      const [ar, ai, br, bi] = [re + reO, im - imO, im + imO, reO - re];
      const [cr, ci] = [ar * br + ai * bi, ai * br - ar * bi];
      const length = Math.sqrt(cr * cr + ci * ci) || 1;
      data[at] = cr / length;
      data[at + 1] = ci / length;
    }
}

/** Of a at p + (dy, dx) and b at p, where both are. */
function correlationAt(a: Thumbnail, b: Thumbnail, dy: number, dx: number): Overlap | null {
  const [y0, y1] = [Math.max(0, -dy), Math.min(b.y, a.y - dy)];
  const [x0, x1] = [Math.max(0, -dx), Math.min(b.x, a.x - dx)];
  if (y1 - y0 < LEAST_SIDE || x1 - x0 < LEAST_SIDE) return null;
  let [n, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0];
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) {
      const [p, q] = [a.data[(y + dy) * a.x + x + dx], b.data[y * b.x + x]];
      n++;
      sa += p;
      sb += q;
      saa += p * p;
      sbb += q * q;
      sab += p * q;
    }
  const variance = (saa - (sa * sa) / n) * (sbb - (sb * sb) / n);
  if (variance <= 0) return null;
  return { correlation: (sab - (sa * sb) / n) / Math.sqrt(variance), part: n / Math.min(a.y * a.x, b.y * b.x) };
}

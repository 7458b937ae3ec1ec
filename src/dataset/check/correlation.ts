/**
 * Where two images that do not look alike show the same things: the envelope of their band-passed phase correlation.
 *
 * Bright field may be brighter or darker where a dye is, above focus the other way round than below, and where light falls in
 * obliquely it is brighter on one side and darker on the other. A correlation peak is then positive, negative or a pair of
 * both, beside the true place. Its envelope has one peak, at the true place, in each case:
 *
 *   C(k) = F(k) conj(T(k)), each divided by the root of its mean power at that |k|, |C| at most 1    (all scales count alike)
 *   E(s) = |c(s)|^2 + sum over axes of |R c(s)|^2      c: inverse transform of band(k) C(k); R: Riesz transform, -i k / |k|
 *
 * Felsberg and Sommer, The monogenic signal, IEEE Trans. Signal Processing 49, 3136 (2001). Two bands are looked at, one of
 * fine edges and one of shapes, each divided by its own mean over all displacements: 1 is what unrelated images give.
 */
import { voxelCount, type Size } from '../../volume/index.ts';
import { emptySpectrum, transform, type Spectrum, type Wanted } from './fourier.ts';

/** A band keeps exp(-(2 pi |k| s)^2 / 2) for its first s less that for its second, in samples of y and x. */
const FINE = [0.7, 1.4] as const;
const COARSE = [2, 8] as const;
/** The coarse band has nothing above half the highest frequency of axes whose steps are not longer than this. */
const HALVED_STEP = 1.2;
/** Rings in which the mean power is taken, up to one cycle a sample. */
const RINGS = 128;
/** Rings for which a band is computed, up to one cycle a sample. */
const BAND_RINGS = 2048;

/** Which axes of the second image are read backwards. */
export interface Mirror {
  readonly z: boolean;
  readonly y: boolean;
  readonly x: boolean;
}

/** Two images in one box, whitened. */
export interface Compared {
  readonly signal: Spectrum;
  readonly target: Spectrum;
  /** Samples of the box that are image; the rest is padding. */
  readonly extent: Size;
  /** Length of a sample along each axis, in those of y and x. */
  readonly step: Size;
}

/** Values for displacements -reach to reach along each axis, (z, y, x), x fastest. */
export interface Envelope {
  readonly reach: Size;
  readonly data: Float32Array;
}

/** `pair`: the signal as real parts, the target as imaginary parts, both without their mean and faded out at the borders. */
export function compare(pair: Spectrum, extent: Size, step: Size): Compared {
  transform(pair, false);
  const { size } = pair;
  const [signal, target] = [emptySpectrum(size), emptySpectrum(size)];
  const power = [new Float64Array(RINGS), new Float64Array(RINGS)];
  const counts = new Float64Array(RINGS);
  forRings(size, step, (at, opposite, ring) => {
    const [re, im, reO, imO] = [pair.data[at], pair.data[at + 1], pair.data[opposite], pair.data[opposite + 1]];
    signal.data[at] = (re + reO) / 2;
    signal.data[at + 1] = (im - imO) / 2;
    target.data[at] = (im + imO) / 2;
    target.data[at + 1] = (reO - re) / 2;
    counts[ring]++;
    power[0][ring] += signal.data[at] ** 2 + signal.data[at + 1] ** 2;
    power[1][ring] += target.data[at] ** 2 + target.data[at + 1] ** 2;
  });
  [signal, target].forEach(({ data }, i) => {
    const scale = power[i].map((sum, ring) => (sum > 0 ? Math.sqrt(counts[ring] / sum) : 0));
    forRings(size, step, (at, _opposite, ring) => {
      data[at] *= scale[ring];
      data[at + 1] *= scale[ring];
    });
  });
  return { signal, target, extent, step };
}

/**
 * The envelopes of the two bands, fine and coarse, for displacements up to `reach`. A peak at s: what the (mirrored) target
 * shows at p, the signal shows at p + s.
 */
export function envelopes(compared: Compared, mirror: Mirror, reach: Size): [Envelope, Envelope] {
  const { size } = compared.signal;
  const halved = (axis: keyof Size) => (size[axis] > 1 && compared.step[axis] <= HALVED_STEP ? 2 : 1);
  const by = { z: halved('z'), y: halved('y'), x: halved('x') };
  return [
    { reach, data: bandEnvelope(compared, mirror, reach, FINE, { z: 1, y: 1, x: 1 }) },
    { reach, data: bandEnvelope(compared, mirror, reach, COARSE, by) },
  ];
}

/** One band, on a grid coarser by `by`, read at the displacements of the full grid. */
function bandEnvelope(
  { signal, target, extent, step }: Compared,
  mirror: Mirror,
  reach: Size,
  [low, high]: readonly [number, number],
  by: Size,
): Float32Array {
  const full = signal.size;
  const size = { z: full.z / by.z, y: full.y / by.y, x: full.x / by.x };
  const cross = emptySpectrum(size);
  const sums = new Float32Array(voxelCount(size));
  const read = readingsOf(size, extent, mirror, reach, by);
  let power = 0;
  const band = Float64Array.from({ length: 2 * BAND_RINGS }, (_, ring) => {
    const k = (2 * Math.PI * (ring + 0.5)) / BAND_RINGS;
    return Math.exp(-((k * low) ** 2) / 2) - Math.exp(-((k * high) ** 2) / 2);
  });
  for (const part of ['plain and z', 'x and y'] as const) {
    forFrequenciesOf(full, size, step, mirror, (to, at, mirrored, kz, ky, kx, r) => {
      const [a, b] = [signal.data[at], signal.data[at + 1]];
      const [c, d] = [target.data[mirrored], target.data[mirrored + 1]];
      const re = a * c + b * d;
      const im = b * c - a * d;
      const weight = r === 0 ? 0 : band[Math.floor(r * BAND_RINGS)] / Math.max(1, Math.sqrt(re * re + im * im));
      // c and its Riesz transforms are real: two of them travel as real and imaginary part of one inverse transform.
      const p = r === 0 ? 0 : part === 'plain and z' ? weight * (1 + kz / r) : (weight * kx) / r;
      const q = r === 0 || part === 'plain and z' ? 0 : (-weight * ky) / r;
      cross.data[to] = re * p - im * q;
      cross.data[to + 1] = re * q + im * p;
      power += (re * re + im * im) * (p * p + q * q);
    });
    transform(cross, true, read.wanted);
    for (let z = 0; z < size.z; z++)
      for (const y of read.wanted.y)
        for (const x of read.wanted.x) {
          const at = (z * size.y + y) * size.x + x;
          sums[at] += cross.data[2 * at] ** 2 + cross.data[2 * at + 1] ** 2;
        }
  }
  // By Parseval's theorem, the mean over all displacements.
  return readWindow(sums, size, read, sums.length ** 2 / power);
}

/** Between which samples of an axis a displacement lies: the higher one counts `part`. */
interface Reading {
  readonly low: number;
  readonly high: number;
  readonly part: number;
}

interface Readings {
  readonly z: readonly Reading[];
  readonly y: readonly Reading[];
  readonly x: readonly Reading[];
  readonly wanted: Wanted;
}

/** Where the displacements up to `reach` are found in a map of `size`, coarser by `by`. */
function readingsOf(size: Size, extent: Size, mirror: Mirror, reach: Size, by: Size): Readings {
  // A mirrored image of extent m turns around its own middle: its origin is m - 1.
  const readings = (axis: keyof Size) =>
    Array.from({ length: 2 * reach[axis] + 1 }, (_, i) => {
      const place = (i - reach[axis] + (mirror[axis] ? extent[axis] - 1 : 0)) / by[axis];
      const low = Math.floor(place);
      const wrap = (index: number) => ((index % size[axis]) + size[axis]) % size[axis];
      return { low: wrap(low), high: wrap(low + 1), part: place - low };
    });
  const [z, y, x] = [readings('z'), readings('y'), readings('x')];
  const places = (list: readonly Reading[]) =>
    [...new Set(list.flatMap(({ low, high }) => [low, high]))].toSorted((a, b) => a - b);
  return { z, y, x, wanted: { y: places(y), x: places(x) } };
}

function readWindow(sums: Float32Array, size: Size, { z: zs, y: ys, x: xs }: Readings, scale: number): Float32Array {
  const data = new Float32Array(zs.length * ys.length * xs.length);
  let to = 0;
  const row = (z: number, y: number) => (z * size.y + y) * size.x;
  for (const z of zs)
    for (const y of ys) {
      const rows = [
        [row(z.low, y.low), (1 - z.part) * (1 - y.part)],
        [row(z.low, y.high), (1 - z.part) * y.part],
        [row(z.high, y.low), z.part * (1 - y.part)],
        [row(z.high, y.high), z.part * y.part],
      ].filter(([, weight]) => weight > 0);
      for (const x of xs) {
        let sum = 0;
        for (const [from, weight] of rows)
          sum += weight * ((1 - x.part) * sums[from + x.low] + x.part * sums[from + x.high]);
        data[to++] = sum * scale;
      }
    }
  return data;
}

/** Every frequency of `size`, the opposite one, and its ring. */
function forRings(size: Size, step: Size, visit: (at: number, opposite: number, ring: number) => void): void {
  const all = { z: true, y: true, x: true };
  forFrequenciesOf(size, size, step, all, (_to, at, opposite, _kz, _ky, _kx, r) =>
    visit(at, opposite, Math.min(RINGS - 1, Math.floor(r * RINGS))),
  );
}

/**
 * Every frequency of the smaller box `part`: its place there, in the full box, and in the full box with the axes of `mirror`
 * reversed; cycles per sample of y and x along each axis, and their length.
 */
function forFrequenciesOf(
  full: Size,
  part: Size,
  step: Size,
  mirror: Mirror,
  visit: (to: number, at: number, mirrored: number, kz: number, ky: number, kx: number, r: number) => void,
): void {
  const axis = (name: keyof Size) =>
    Array.from({ length: part[name] }, (_, i) => {
      const k = i < part[name] / 2 ? i : i - part[name];
      const at = (k + full[name]) % full[name];
      const back = (full[name] - at) % full[name];
      return { at, mirrored: mirror[name] ? back : at, frequency: k / full[name] / step[name] };
    });
  const [zs, ys, xs] = [axis('z'), axis('y'), axis('x')];
  let to = 0;
  for (const z of zs)
    for (const y of ys) {
      const [row, mirroredRow] = [(z.at * full.y + y.at) * full.x, (z.mirrored * full.y + y.mirrored) * full.x];
      for (const x of xs) {
        const r = Math.sqrt(z.frequency ** 2 + y.frequency ** 2 + x.frequency ** 2);
        visit(to, 2 * (row + x.at), 2 * (mirroredRow + x.mirrored), z.frequency, y.frequency, x.frequency, r);
        to += 2;
      }
    }
}

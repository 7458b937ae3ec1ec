/**
 * How a target lies on its signal: as it is, shifted, or mirrored. Each way to lie is tried by the envelope of the phase
 * correlation (`correlation.ts`); the ways that are wrong say how high a peak chance makes in just these images, so that the
 * right one is believed only as far as it stands out.
 */
import { channelOf, type Size, type Volume } from '../../volume/index.ts';
import { compare, envelopes, type Envelope, type Mirror } from './correlation.ts';
import { derivedImage, frameField, type Framing } from './derived-image.ts';
import { emptySpectrum } from './fourier.ts';

export interface Registration {
  /** How the target is mirrored against the signal. */
  readonly mirror: Mirror;
  /** Voxels by which the target (mirrored back) is displaced from the signal. */
  readonly shift: Size;
  /** Peak of the envelope; 1 is what unrelated images give. */
  readonly peak: number;
  /** Peak over the highest of the other ways to lie: 1 says nothing. */
  readonly ratio: number;
  /** Peak over the envelope where the target isn't shifted, within `NEAR`. */
  readonly overNear: number;
}

/** Largest displacements tried: voxels after binning, and parts of the extent. */
const MOST_REACH = { z: 16, y: 48, x: 48 };
const REACH_PART = 0.25;
/** Planes of a stack that are compared with a target of one plane. */
const PLANES = 3;
/** Voxels within which a target counts as not shifted. */
const NEAR = { z: 2, y: 2, x: 2 };
/** Around a peak, what is at least this part of it counts in its middle, so far on either side. */
const HALF = 0.5;
const AROUND = { z: 3, y: 5, x: 5 };

const MIRRORS: readonly Mirror[] = [
  { z: false, y: false, x: false },
  { z: false, y: true, x: false },
  { z: false, y: false, x: true },
  { z: false, y: true, x: true },
  { z: true, y: false, x: false },
];

/**
 * Registers `target` (one channel) on `signal` (its channels and, for a target of one plane, several of its planes count alike).
 * Extents in y and x must be equal, z too unless the target is one plane. Null where one of them shows nothing.
 */
export function register(signal: Volume, target: Volume): Registration | null {
  const flat = target.size.z === 1;
  const framing = frameField(target.size);
  const step = stepsOf(signal, framing);
  const targetImage = derivedImage(target, framing);
  if (!targetImage) return null;
  const { extent } = framing;
  const reach = {
    z: flat ? 0 : Math.min(MOST_REACH.z, Math.floor(extent.z * REACH_PART)),
    y: Math.min(MOST_REACH.y, Math.floor(extent.y * REACH_PART)),
    x: Math.min(MOST_REACH.x, Math.floor(extent.x * REACH_PART)),
  };
  const mirrors = MIRRORS.filter(({ z }) => !z || extent.z >= 8);
  const count = (2 * reach.z + 1) * (2 * reach.y + 1) * (2 * reach.x + 1);
  const bands = [0, 1].map(() => mirrors.map((): Envelope => ({ reach, data: new Float32Array(count) })));
  const views = viewsOf(signal, flat).flatMap((view) => derivedImage(view, framing) ?? []);
  if (views.length === 0) return null;
  for (const image of views) {
    const compared = compare(sideBySide(image, targetImage, framing), extent, step);
    mirrors.forEach((mirror, i) =>
      envelopes(compared, mirror, reach).forEach(({ data }, band) => {
        const sum = bands[band][i].data;
        for (let at = 0; at < count; at++) sum[at] += data[at] / views.length;
      }),
    );
  }
  const [fine, coarse] = bands.map((maps) => judge(maps));
  const { best, peak, ratio, overNear, place } = fine.ratio > coarse.ratio ? fine : coarse;
  const { bin } = framing;
  const shift = { z: -place.z * bin.z, y: -place.y * bin.y, x: -place.x * bin.x };
  return { mirror: mirrors[best], shift, peak, ratio, overNear };
}

/** The highest of the envelopes, one a way to lie, and how far it stands out. */
function judge(maps: readonly Envelope[]) {
  const peaks = maps.map(({ data }) => data.reduce((a, b) => Math.max(a, b), 0));
  const peak = Math.max(...peaks);
  const best = peaks.indexOf(peak);
  const runnerUp = Math.max(...peaks.filter((_, i) => i !== best));
  return { best, peak, ratio: peak / runnerUp, overNear: peak / highestNear(maps[0]), place: middleOfPeak(maps[best]) };
}

/** What of the signal is compared: its channels, and of a stack for a target of one plane a few planes. */
function viewsOf(signal: Volume, flat: boolean): Volume[] {
  const channels = Array.from({ length: signal.channels }, (_, c) => channelOf(signal, c));
  if (!flat) return channels.slice(0, PLANES);
  const { size } = signal;
  const plane = size.y * size.x;
  const planes = channels.flatMap((channel) =>
    Array.from({ length: size.z }, (_, z) => ({
      ...channel,
      size: { ...size, z: 1 },
      data: channel.data.subarray(z * plane, (z + 1) * plane),
    })),
  );
  const count = Math.min(PLANES, planes.length);
  return Array.from({ length: count }, (_, i) => planes[Math.floor(((i + 0.5) * planes.length) / count)]);
}

/** Length of a sample along each axis, in the shorter of those of y and x; 1 where the voxel size isn't known. */
function stepsOf({ voxelSize }: Volume, { bin }: Framing): Size {
  const of = (axis: keyof Size) => voxelSize?.[axis] ?? null;
  const [z, y, x] = [of('z'), of('y'), of('x')];
  if (y === null || x === null) return { z: 1, y: 1, x: 1 };
  const unit = Math.min(y, x) * bin.x;
  return { z: z === null ? 1 : (z * bin.z) / unit, y: (y * bin.y) / unit, x: (x * bin.x) / unit };
}

function sideBySide(
  signal: Float32Array,
  target: Float32Array,
  { extent, box }: Framing,
): ReturnType<typeof emptySpectrum> {
  const pair = emptySpectrum(box);
  let from = 0;
  for (let z = 0; z < extent.z; z++)
    for (let y = 0; y < extent.y; y++)
      for (let x = 0, at = 2 * (z * box.y + y) * box.x; x < extent.x; x++, from++, at += 2) {
        pair.data[at] = signal[from];
        pair.data[at + 1] = target[from];
      }
  return pair;
}

/** The middle of what stands above half the peak around it: an envelope of several humps has one place. */
function middleOfPeak({ reach, data }: Envelope): Size {
  let top = 0;
  for (let i = 1; i < data.length; i++) if (data[i] > data[top]) top = i;
  const [rows, columns] = [2 * reach.y + 1, 2 * reach.x + 1];
  const at = { z: Math.floor(top / (rows * columns)), y: Math.floor(top / columns) % rows, x: top % columns };
  const range = (axis: keyof Size) => [
    Math.max(0, at[axis] - AROUND[axis]),
    Math.min(2 * reach[axis], at[axis] + AROUND[axis]),
  ];
  const [[z0, z1], [y0, y1], [x0, x1]] = [range('z'), range('y'), range('x')];
  let [sum, sumZ, sumY, sumX] = [0, 0, 0, 0];
  for (let z = z0; z <= z1; z++)
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) {
        const weight = Math.max(0, data[(z * rows + y) * columns + x] - HALF * data[top]);
        sum += weight;
        sumZ += weight * (z - reach.z);
        sumY += weight * (y - reach.y);
        sumX += weight * (x - reach.x);
      }
  return { z: sumZ / sum, y: sumY / sum, x: sumX / sum };
}

function highestNear({ reach, data }: Envelope): number {
  const [rows, columns] = [2 * reach.y + 1, 2 * reach.x + 1];
  let highest = 0;
  for (let z = -Math.min(NEAR.z, reach.z); z <= Math.min(NEAR.z, reach.z); z++)
    for (let y = -NEAR.y; y <= NEAR.y; y++)
      for (let x = -NEAR.x; x <= NEAR.x; x++)
        highest = Math.max(highest, data[((z + reach.z) * rows + y + reach.y) * columns + x + reach.x]);
  return highest;
}

/**
 * What is wrong with one image by itself: samples that are no numbers, nothing to see, planes that are blank or stored twice,
 * light beyond what the camera could count.
 */
import { channelOf, statistics, type Volume } from '../../volume/index.ts';
import type { CheckedImage } from './checked-pair.ts';
import type { Finding } from './finding.ts';

export type Role = 'signal' | 'target' | 'weight';

/** An image of fewer different values is a mask: what it repeats says nothing. */
const MASK_VALUES = 4;
/** Or one with more than this part of its samples at its two ends, the ground among them: a mask with soft borders. */
const MASK_PART = 0.9;
const LEAST_GROUND = 0.3;
/** A plane whose deviation is below this part of the median plane's is blank. */
const BLANK_PART = 0.02;
/** Part of all samples at the highest (or, of a signal, lowest) value. A few bright specks are in any image. */
const SATURATED = {
  signal: { spoils: 0.03, note: 0.02 },
  target: { spoils: 0.04, note: 0.03 },
};

/** All of it, for each channel. A channel that has values that are no numbers, or is constant, is not looked at further. */
export function imageFaults(id: string, image: CheckedImage, role: Role): Finding[] {
  return Array.from({ length: image.volume.channels }, (_, c) => {
    const named = { ...image, volume: channelOf(image.volume, c) };
    return faultsOfChannel(id, named, role, image.volume.channels > 1 ? `, channel ${c}` : '');
  }).flat();
}

/** Whether every sample is a number and some differ: anything else can't be compared. */
export function isUsable(volume: Volume): boolean {
  return statistics(volume.data).std > 0;
}

/** Whether `volume` was drawn, not measured: few values, or nearly all samples at the lowest and the highest one. */
export function isMask({ data }: Volume): boolean {
  const values = new Set<number>();
  let few = true;
  for (let i = 0; few && i < data.length; i++) few = values.add(data[i]).size <= MASK_VALUES;
  if (few) return true;
  const { min, max } = statistics(data);
  return partAt(data, min) + partAt(data, max) > MASK_PART && partAt(data, min) > LEAST_GROUND;
}

function faultsOfChannel(id: string, { file, volume, typeMax }: CheckedImage, role: Role, channel: string): Finding[] {
  const finding = (
    kind: Finding['kind'],
    severity: Finding['severity'],
    rest: Omit<Finding, 'kind' | 'severity' | 'samples' | 'file'>,
  ): Finding => ({
    kind,
    severity,
    samples: [id],
    file,
    ...rest,
  });
  const { std, min, max, notFinite } = statistics(volume.data);
  if (notFinite > 0)
    return [
      finding('not-finite', 'spoils', {
        what: `${file}${channel}: ${notFinite} of ${volume.data.length} samples are NaN or infinite; one of them makes the loss NaN.`,
        remedy: 'Write the image again without them, or with 0 there and a weight map that is 0 at the same place.',
        measured: { notFinite },
      }),
    ];
  if (std === 0)
    return [
      finding('constant', 'spoils', {
        what: `${file}${channel}: every sample is ${max}; there is nothing to ${role === 'target' ? 'predict' : 'learn from'}.`,
        remedy: 'Leave the sample out, or look whether another channel was meant: unstained inspect.',
        measured: { value: max },
      }),
    ];
  if (role === 'weight') return [];
  const mask = isMask(volume);
  const findings: Finding[] = [];
  const planes = planesOf(volume);
  const blank = blankPlanes(planes, role === 'target');
  if (blank.length > 0)
    findings.push(
      finding('blank-plane', 'spoils', {
        what: `${file}${channel}: ${listPlanes(blank)} of ${planes.length} ${blank.length === 1 ? 'shows' : 'show'} nothing, with others beside that do.`,
        remedy: `Copy the file again from where it was made; if the planes are missing there too, select others: ${file}#z=FROM:TO.`,
        measured: { planes: blank.join(' ') },
      }),
    );
  const equal = mask ? [] : equalPlanes(planes);
  if (equal.length > 0)
    findings.push(
      finding('duplicate-plane', 'spoils', {
        what: `${file}${channel}: ${equal.map(([a, b]) => `plane z ${b} equals plane z ${a}`).join(', ')}, sample by sample. The stage stood still, or a plane was written twice.`,
        remedy: `Leave the sample out, or select the planes that are right: ${file}#z=FROM:TO.`,
        measured: { planes: equal.map(([a, b]) => `${a}=${b}`).join(' ') },
      }),
    );
  if (!mask) {
    const { spoils, note } = SATURATED[role];
    const [high, low] = [partAt(volume.data, max), role === 'signal' ? partAt(volume.data, min) : 0];
    const [part, value] = high >= low ? [high, max] : [low, min];
    if (part >= note)
      findings.push(
        finding('saturated', part >= spoils ? 'spoils' : 'note', {
          what:
            `${file}${channel}: ${(100 * part).toFixed(1)} % of the samples are ${value}, the ${high >= low ? 'highest' : 'lowest'} value` +
            `${value === typeMax ? ' that the file can hold' : ''}: what was ${high >= low ? 'brighter' : 'darker'} is lost.`,
          remedy:
            'Leave the sample out, or take it again with a shorter exposure; a contrast stretch on export does the same harm.',
          measured: { part, value },
        }),
      );
  }
  return findings;
}

function planesOf({ data, size }: Volume): Float32Array[] {
  const plane = size.y * size.x;
  return Array.from({ length: size.z }, (_, z) => data.subarray(z * plane, (z + 1) * plane));
}

/**
 * Planes without contrast among planes that have some. A target may show nothing above and below the cells: there, only planes
 * between two that show something count.
 */
function blankPlanes(planes: readonly Float32Array[], target: boolean): number[] {
  if (planes.length === 1) return [];
  const deviations = planes.map((plane) => statistics(plane).std);
  const shown = deviations.filter((std) => std > 0).toSorted((a, b) => a - b);
  const least = BLANK_PART * shown[Math.floor(shown.length / 2)];
  const shows = (std: number) => (target ? std > 0 : std >= least);
  const [first, last] = [deviations.findIndex(shows), deviations.findLastIndex(shows)];
  return deviations.flatMap((std, z) => (!shows(std) && (!target || (z > first && z < last)) ? [z] : []));
}

/** Pairs of planes that are equal in every sample; constant ones aside. */
function equalPlanes(planes: readonly Float32Array[]): [number, number][] {
  const seen = new Map<string, number>();
  return planes.flatMap((plane, z): [number, number][] => {
    if (plane.every((value) => value === plane[0])) return [];
    const digest = digestOf(plane);
    const before = seen.get(digest);
    if (before === undefined) seen.set(digest, z);
    return before === undefined ? [] : [[before, z]];
  });
}

/** Two 32-bit FNV-1a digests of the samples' bits, one of them backwards: for finding equal data, not for safety. */
export function digestOf(values: Float32Array): string {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let [ahead, back] = [0x811c9dc5, 0x811c9dc5];
  for (let i = 0, j = bits.length - 1; j >= 0; i++, j--) {
    ahead = Math.imul(ahead ^ bits[i] ^ (bits[i] >>> 15), 0x01000193);
    back = Math.imul(back ^ bits[j] ^ (bits[j] >>> 13), 0x01000193);
  }
  return `${(ahead >>> 0).toString(16)}-${(back >>> 0).toString(16)}-${values.length}`;
}

function partAt(data: Float32Array, value: number): number {
  let count = 0;
  for (const sample of data) if (sample === value) count++;
  return count / data.length;
}

function listPlanes(planes: readonly number[]): string {
  return `plane${planes.length === 1 ? '' : 's'} z ${planes.slice(0, 8).join(', ')}${planes.length > 8 ? ` and ${planes.length - 8} more` : ''}`;
}

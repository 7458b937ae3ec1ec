/** One sample, at each of its times: read, checked, pictured, and let go. */
import { random, type LongCall } from '../core/index.ts';
import {
  checkPair,
  type CheckedImage,
  type CheckedTarget,
  type Finding,
  type PairFacts,
  type Sample,
} from '../dataset/index.ts';
import { checkPictures, type Lie, type ShownPicture } from '../figures/index.ts';
import { equalSize, formatSize, type VoxelSize } from '../volume/index.ts';
import { readImages, type ReadImages } from './checked-images.ts';
import { openSample, type OpenedSample } from './opened-sample.ts';
import type { GivenVoxelSize } from './requests.ts';
import type { World } from './world.ts';

const LIES: ReadonlySet<Finding['kind']> = new Set(['shift', 'flip']);
const AXES = ['z', 'y', 'x'] as const;

/** What is kept of a sample: nothing of its volumes. */
export interface CheckedSample {
  readonly sample: Sample;
  /** Its own; those between samples come later. */
  readonly findings: readonly Finding[];
  /** Null where there was no pair to check: something cannot be read. */
  readonly facts: PairFacts | null;
  /** Which part was read; null: all. */
  readonly part: string | null;
  /** Micrometers, of the signal. */
  readonly voxelSize: VoxelSize | null;
  /** Plane of the signal that the pictures show. */
  readonly plane: number | null;
  readonly pictures: readonly ShownPicture[];
}

export interface CheckSettings {
  readonly voxelSize: GivenVoxelSize | null;
  readonly axes?: string | null;
  /** Of all images of a sample at one time. */
  readonly mostVoxels: number;
  /** Pixels of the longer side of a picture; null: no pictures. */
  edgeOf(findings: readonly Finding[]): number | null;
}

export interface CheckCall extends Omit<LongCall, 'onProgress'> {
  readonly onProgress: (facts: readonly string[]) => void;
}

/** Checks the sample at each time of its files, one after the other. What is wrong is in its findings, never thrown. */
export async function* checkSample(
  world: World,
  sample: Sample,
  settings: CheckSettings,
  { signal: stop, onNote, onProgress }: CheckCall,
): AsyncGenerator<CheckedSample> {
  const { voxelSize, axes, mostVoxels } = settings;
  onProgress([sample.id]);
  const opened = await openSample(world, sample, { voxelSize, axes, signal: stop, onNote });
  try {
    const { times, findings: unlike } = timesOf(opened, sample);
    for (let time = 0; time < times; time++) {
      const moment = times > 1 ? momentOf(sample, time) : sample;
      const read = await readImages(opened.images, { id: moment.id, time, voxelSize }, mostVoxels, {
        signal: stop,
        onProgress: (file) => onProgress([moment.id, `reading ${file}`]),
      });
      onProgress([moment.id, 'comparing']);
      const before = [...opened.findings, ...unlike].map((finding) => ({ ...finding, samples: [moment.id] }));
      yield checkMoment(moment, read, [...before, ...read.findings], settings);
    }
  } finally {
    await opened.close();
  }
}

/** The times of a series belong together, as all that is in one group. */
function momentOf(sample: Sample, time: number): Sample {
  return { ...sample, id: `${sample.id} t=${time}`, time, group: sample.group ?? sample.id };
}

/** How many times the files have; where they do not agree, one, with a finding. */
function timesOf(
  { images }: OpenedSample,
  { id }: Sample,
): { readonly times: number; readonly findings: readonly Finding[] } {
  const pair = images.filter(({ role }) => role !== 'other');
  const [first] = pair;
  const odd = pair.find(({ source }) => source.times !== first.source.times);
  if (!odd) return { times: first?.source.times ?? 1, findings: [] };
  const what =
    `${first.file} has ${first.source.times} times, ${odd.file} has ${odd.source.times}: which of them belong together is not known. ` +
    'Only the first time was looked at.';
  return {
    times: 1,
    findings: [
      {
        kind: 'axes',
        severity: 'spoils',
        samples: [id],
        file: odd.file,
        what,
        remedy: 'Say which time is meant (FILE#t=0), or, if these are planes in truth: --axes ZYX.',
        measured: { [`times of ${first.role}`]: first.source.times, [`times of ${odd.role}`]: odd.source.times },
      },
    ],
  };
}

function checkMoment(
  sample: Sample,
  { images, part }: ReadImages,
  before: readonly Finding[],
  settings: CheckSettings,
): CheckedSample {
  const signal = images.find(({ role }) => role === 'signal') ?? null;
  const targets = images.flatMap(({ name, ...image }) =>
    image.role === 'target' ? [{ ...image, name: name ?? 'target' }] : [],
  );
  const mask = images.find(({ role }) => role === 'mask') ?? null;
  const weight = images.find(({ role }) => role === 'weight') ?? mask;
  const others = images.filter(({ role }) => role === 'other');
  const pair = signal && targets.length > 0 ? { id: sample.id, signal, targets, weight, others } : null;
  const facts = pair && checkPair(pair, random(0)); // the same, whatever came before it
  const ofMask = mask && mask !== weight && targets.length > 0 ? maskFindings(sample.id, mask, targets[0]) : [];
  const findings = [...before, ...ofMask, ...(facts?.findings ?? [])];
  const plane = shownPlane(signal?.volume.size.z ?? null, facts);
  const edge = settings.edgeOf(findings);
  const pictured = {
    signal: signal && signal.volume,
    targets: targets.map(({ name, volume }) => ({ name, volume, lie: lieOf(name, facts) })),
    weight: weight && weight.volume,
    plane: plane ?? 0,
  };
  const pictures = edge === null ? [] : checkPictures(pictured, edge);
  return { sample, findings, facts, part, voxelSize: signal?.volume.voxelSize ?? null, plane, pictures };
}

/** How a target lies on its signal, where it was found to lie wrong. */
function lieOf(target: string, facts: PairFacts | null): Lie | null {
  const found = facts?.findings.find(({ kind, measured }) => LIES.has(kind) && measured?.target === target);
  if (!found?.measured) return null;
  const { z, y, x, mirrored } = found.measured;
  return {
    mirrored: AXES.filter((axis) => String(mirrored ?? '').includes(axis)),
    shift: { z: Number(z), y: Number(y), x: Number(x) },
  };
}

/** Of a mask beside a weight map, which counts together with it. */
function maskFindings(id: string, mask: CheckedImage, target: CheckedTarget): Finding[] {
  const [{ size }, { size: expected }] = [mask.volume, target.volume];
  if (equalSize(size, expected)) return [];
  return [
    {
      kind: 'shape',
      severity: 'spoils',
      samples: [id],
      file: mask.file,
      what: `The mask ${mask.file} is (${formatSize(size)}), the target ${target.file} (${formatSize(expected)}). Both must show the same voxels.`,
      remedy: 'Make the mask on the grid of the target, or leave it out.',
    },
  ];
}

/** Where the target is sharpest, or else the middle. */
function shownPlane(planes: number | null, facts: PairFacts | null): number | null {
  if (planes === null) return null;
  const target = facts?.zProfile.target ?? [];
  const sharpest = target.length === planes ? target.indexOf(Math.max(...target.filter(Number.isFinite))) : -1;
  return sharpest >= 0 ? sharpest : planes >> 1;
}

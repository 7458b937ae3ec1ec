/** `check`: reads every sample of a data set, one at a time, and tells what would spoil training. */
import { random, type LongCall } from '../core/index.ts';
import { checkPair, checkTogether, type Finding, type PairFacts, type Sample } from '../dataset/index.ts';
import type { VoxelSize } from '../volume/index.ts';
import { pageOf, picturesOf, type CheckedMoment } from './check-report.ts';
import { readImages, type ReadImages } from './checked-images.ts';
import { requireNotInput } from './free-output.ts';
import { memoryBudget } from './memory-budget.ts';
import { openSample, type OpenedSample } from './opened-sample.ts';
import type { CheckRequest, CheckResult } from './requests.ts';
import { samplesOf } from './samples-of.ts';
import type { World } from './world.ts';

/** Larger pairs tell no more about themselves, and take longer. */
const MOST_BYTES = 2e9;
/** Of a voxel while its pair is checked: its float32, and what is derived of it. */
const BYTES_PER_VOXEL = 16;

/**
 * Checks each sample, then the samples against each other, and writes the page. A file that cannot be read is a finding like
 * others. Throws what is wrong with the manifest (DatasetError), UsageError where the page would replace something, and what
 * says that nothing can go on.
 */
export async function check(world: World, request: CheckRequest, call: LongCall): Promise<CheckResult> {
  const { data, out, overwrite } = request;
  const began = world.now();
  const samples = await samplesOf(world, request, call);
  await requireNotInput(world, out, [...(data === null ? [] : [data]), ...samples.flatMap(filesOf)]);
  const sink = await world.output.createFile(out, { overwrite }); // whether it can be written is told before an hour of reading
  try {
    const checked: CheckedMoment[] = [];
    for (const [done, sample] of samples.entries()) {
      const onProgress = (facts: readonly string[]) =>
        call.onProgress?.({ task: 'checking', done, total: samples.length, unit: 'samples', facts });
      checked.push(...(await checkSample(world, sample, request, samples.length, { ...call, onProgress })));
    }
    call.onProgress?.({ task: 'checking', done: samples.length, total: samples.length, unit: 'samples' });
    const together = checkTogether(
      checked.flatMap(({ facts, sample }) => (facts ? [{ facts, split: sample.split }] : [])),
    );
    const findings = [...checked.flatMap(({ findings: own }) => own), ...together];
    const page = await pageOf(world, request, checked, findings);
    await sink.append(new TextEncoder().encode(page));
    await sink.finish();
    return resultOf(request, checked, findings, (world.now() - began) / 1000);
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

function filesOf({ signal, targets, weight, mask }: Sample): string[] {
  return [signal, ...targets.map(({ path }) => path), weight, mask].filter((path) => path !== null);
}

interface CheckCall extends Omit<LongCall, 'onProgress'> {
  readonly onProgress: (facts: readonly string[]) => void;
}

/** A sample at each of its times, read and checked one after the other. */
async function checkSample(
  world: World,
  sample: Sample,
  request: CheckRequest,
  samples: number,
  { signal: stop, onNote, onProgress }: CheckCall,
): Promise<CheckedMoment[]> {
  const { voxelSize, axes, memoryBytes } = request;
  const mostVoxels = Math.min(memoryBudget(world, memoryBytes), MOST_BYTES) / BYTES_PER_VOXEL;
  onProgress([sample.id]);
  const opened = await openSample(world, sample, { voxelSize, axes, signal: stop, onNote });
  try {
    const { times, findings: ofTimes } = timesOf(opened, sample);
    const moments: CheckedMoment[] = [];
    for (let time = 0; time < times; time++) {
      const moment = times > 1 ? { ...sample, id: `${sample.id} t=${time}`, time } : sample;
      const read = await readImages(opened.images, { id: moment.id, time, voxelSize }, mostVoxels, {
        signal: stop,
        onProgress: (file) => onProgress([moment.id, `reading ${file}`]),
      });
      const before = [...(time === 0 ? [...opened.findings, ...ofTimes] : []), ...read.findings];
      moments.push(checkMoment(moment, read, before, voxelSize, samples * times));
    }
    return moments;
  } finally {
    await opened.close();
  }
}

/** How many samples the files are, a time each; where they do not agree, one, with a finding. */
function timesOf(
  { images }: OpenedSample,
  { id }: Sample,
): { readonly times: number; readonly findings: readonly Finding[] } {
  const signal = images.find(({ role }) => role === 'signal');
  const fixed = images.filter(({ role }) => role === 'signal' || role === 'target');
  const odd = fixed.find(({ source }) => source.times !== signal?.source.times);
  if (!signal || !odd) return { times: fixed[0]?.source.times ?? 1, findings: [] };
  return {
    times: 1,
    findings: [
      {
        kind: 'axes',
        severity: 'spoils',
        samples: [id],
        file: odd.file,
        what: `${signal.file} has ${signal.source.times} times, ${odd.file} has ${odd.source.times}: which belong together is not known; only the first was looked at.`,
        remedy: 'Say the time of each in the manifest (column t, or FILE#t=0); if these are planes in truth: --axes ZYX.',
        measured: { signal: signal.source.times, target: odd.source.times },
      },
    ],
  };
}

function checkMoment(
  sample: Sample,
  read: ReadImages,
  before: readonly Finding[],
  voxelSize: VoxelSize | null,
  samples: number,
): CheckedMoment {
  const { images, part } = read;
  const signal = images.find(({ role }) => role === 'signal');
  const targets = images.flatMap((image) => (image.role === 'target' ? [{ ...image, name: image.name ?? 'target' }] : []));
  const weight = images.find(({ role }) => role === 'weight') ?? images.find(({ role }) => role === 'mask') ?? null;
  const others = images.filter(({ role }) => role === 'other');
  let facts: PairFacts | null = null;
  if (signal && targets.length > 0)
    facts = checkPair({ id: sample.id, signal, targets, weight, others }, random(0)); // alike, whatever comes before it
  const findings = [...before, ...(facts?.findings ?? [])];
  return { sample, facts, findings, part, ...picturesOf(signal ?? null, targets, facts, findings, samples) };
}

function resultOf(
  { data, out }: CheckRequest,
  checked: readonly CheckedMoment[],
  findings: readonly Finding[],
  seconds: number,
): CheckResult {
  void seconds;
  void out;
  void data;
  void checked;
  void findings;
  throw new Error('not yet');
}

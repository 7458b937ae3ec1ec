/** `check`: reads every sample of a data set, one at a time, and tells what would spoil training. */
import { UsageError, type LongCall } from '../core/index.ts';
import { checkTogether, splitUnits, type Finding, type PlacedFacts, type Sample } from '../dataset/index.ts';
import { checkPage } from './check-report.ts';
import { checkSample, type CheckedSample, type CheckSettings } from './checked-sample.ts';
import { requireNotInput } from './free-output.ts';
import { memoryBudget } from './memory-budget.ts';
import type { CheckRequest, CheckResult } from './check-request.ts';
import { samplesOfManifests, samplesOfPair } from './training-samples.ts';
import type { World } from './world.ts';

/** Larger pairs tell no more about themselves, and take longer. */
const MOST_BYTES = 2e9;
/** Of a voxel while its pair is checked: its float32, and what is derived from it. */
const BYTES_PER_VOXEL = 16;

/** Samples with pictures: what a browser still opens at once. Beyond half of them only samples with findings get any. */
const MOST_PICTURED = 800;

/**
 * Checks each sample, then all against each other, and writes the page. A file that cannot be read is a finding like others.
 * Throws what is wrong with the manifest (DatasetError), UsageError where the page would replace something, ResourceError.
 */
export async function check(world: World, request: CheckRequest, call: LongCall): Promise<CheckResult> {
  const { data, out, overwrite, voxelSize, axes, memoryBytes } = request;
  const began = world.now();
  const told = onceEach(call.onNote);
  const samples = await samplesOf(world, request, call);
  await requireNotInput(world, out, [...data, ...samples.flatMap(filesOf)]);
  const sink = await world.output.createFile(out, { overwrite }); // an hour of reading is not lost to a name that is taken
  try {
    const checked: CheckedSample[] = [];
    const total = samples.length;
    const settings: CheckSettings = {
      voxelSize,
      axes,
      mostVoxels: Math.min(memoryBudget(world, memoryBytes), MOST_BYTES) / BYTES_PER_VOXEL,
      edgeOf(findings) {
        const pictured = checked.filter(({ pictures }) => pictures.length > 0).length;
        if (pictured >= (findings.length > 0 ? MOST_PICTURED : MOST_PICTURED / 2)) return null;
        return total <= 40 ? 320 : total <= 160 ? 224 : 144;
      },
    };
    for (const [done, sample] of samples.entries()) {
      const onProgress = (facts: readonly string[]) =>
        call.onProgress?.({ task: 'checking', done, total, unit: 'samples', facts });
      const moments = checkSample(world, sample, settings, { signal: call.signal, onNote: told, onProgress });
      for await (const moment of moments) checked.push(moment);
    }
    call.signal?.throwIfAborted();
    call.onProgress?.({ task: 'checking', done: total, total, unit: 'samples' });

    const together = await checkTogether(placed(checked), { ...call, onNote: told });
    const findings = worstFirst([...checked.flatMap(({ findings: own }) => own), ...together]);
    const page = await checkPage(world, request, checked, findings);
    await sink.append(new TextEncoder().encode(page));
    await sink.finish();
    return { ...resultOf(request, checked, findings), page: out, seconds: (world.now() - began) / 1000 };
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

async function samplesOf(
  world: World,
  { data, signal, targets, weight }: CheckRequest,
  call: LongCall,
): Promise<Sample[]> {
  if (data.length > 0) return samplesOfManifests(world, data, call);
  if (signal !== null && targets.length > 0) return samplesOfPair({ signal, targets, weight });
  throw new UsageError('usage/missing', {
    what: `There is no ${signal === null ? 'signal' : 'target'} to check.`,
    remedy: 'Give a signal and a target, or a manifest.',
  });
}

/**
 * Where each sample that could be checked belongs, as training would have it: where the manifest says only which samples train,
 * or only which validate, the rest does the other.
 */
function placed(checked: readonly CheckedSample[]): PlacedFacts[] {
  const samples = checked.map(({ sample }) => sample);
  const said = new Set(samples.map(({ split }) => split));
  const unsaid = said.has('train') ? 'val' : said.has('val') || said.has('test') ? 'train' : null;
  const unitOf = new Map(splitUnits(samples).flatMap(({ members }, unit) => members.map((i) => [i, unit])));
  return checked.flatMap(({ facts, sample: { split } }, i) =>
    facts ? [{ facts, split: split ?? unsaid, unit: unitOf.get(i) ?? null }] : [],
  );
}

function filesOf({ signal, targets, weight, mask }: Sample): string[] {
  return [signal, ...targets.map(({ path }) => path), weight, mask].filter((path) => path !== null);
}

/** What is true of a hundred files alike is told of the first. */
function onceEach(tell: LongCall['onNote']): (note: string) => void {
  const told = new Set<string>();
  return (note) => {
    const about = note.replace(/^.*?: /s, '');
    if (told.has(about)) return;
    told.add(about);
    tell?.(note);
  };
}

/** The order within stays. */
function worstFirst(findings: readonly Finding[]): Finding[] {
  const of = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity);
  return [...of('spoils'), ...of('note')];
}

function resultOf(
  { data }: CheckRequest,
  checked: readonly CheckedSample[],
  findings: readonly Finding[],
): Omit<CheckResult, 'page' | 'seconds'> {
  const concerned = (severity: Finding['severity']) =>
    new Set(findings.flatMap((finding) => (finding.severity === severity ? finding.samples : [])));
  const [spoiled, noted] = [concerned('spoils'), concerned('note')];
  const samples = checked.map(({ sample: { id, place, signal, targets }, facts, part }) => ({
    id,
    place,
    signal,
    targets,
    verdict: spoiled.has(id) ? ('spoils' as const) : noted.has(id) ? ('note' as const) : ('good' as const),
    shift: facts?.shift ?? null,
    part,
  }));
  return { schema: 'unstained.check/1', data, samples, findings, spoiled: spoiled.size };
}

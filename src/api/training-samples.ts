/** Which samples a training has: those of a manifest, the one pair that was given, or those that a run was started with. */
import { UsageError, type LongCall } from '../core/index.ts';
import { parseManifests, type Sample } from '../dataset/index.ts';
import type { DataFile } from '../run/index.ts';
import { readText } from './read-text.ts';
import type { NamedFile } from './requests.ts';
import type { World } from './world.ts';

export interface GivenPair {
  readonly signal: string;
  readonly targets: readonly NamedFile[];
  readonly weight: string | null;
}

/** The pair that the options name. Throws UsageError usage/same-name. */
export function samplesOfPair({ signal, targets, weight }: GivenPair): Sample[] {
  const names = nameTargets(targets);
  return [
    {
      id: withoutEnding(signal),
      place: null,
      signal,
      targets: targets.map(({ path }, i) => ({ name: names[i], path })),
      weight,
      mask: null,
      split: null,
      group: null,
      time: null,
      flips: { y: false, x: false },
    },
  ];
}

/** The rows of manifests. Throws as `parseManifests` does, and ImageError where a file cannot be read. */
export async function samplesOfManifests(
  world: World,
  files: readonly string[],
  { onNote }: LongCall,
): Promise<Sample[]> {
  const tables = [];
  for (const file of files) tables.push({ text: await readText(world, file), file });
  return parseManifests(tables, { onNote });
}

/** What a run was started with: the split is the one that was made then. */
export function samplesOfRun({ samples, targets }: DataFile): Sample[] {
  return samples.map(({ id, group, time, flips, role, signal, targets: images, weight, mask }) => ({
    id,
    place: null,
    signal: signal.file,
    targets: images.map(({ file }, i) => ({ name: targets[i], path: file })),
    weight: weight?.file ?? null,
    mask,
    split: role,
    group,
    time,
    flips,
  }));
}

/** Each target's structure: the name that was given, or the file's without its ending. */
export function nameTargets(targets: readonly NamedFile[]): string[] {
  const names = targets.map(({ name, path }) => name ?? withoutEnding(path));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UsageError('usage/same-name', {
      what: `Two targets are called ${twice}.`,
      why: 'Predictions bear the names of their targets.',
      remedy: 'Name them: --target dna=a.tif --target membrane=b.tif.',
    });
  return names;
}

/** `images/dna.ome.tif#channel=2` is `dna`. */
function withoutEnding(path: string): string {
  const file = path.replace(/#.*$/, '').replace(/[/\\]+$/, '');
  return file.replace(/^.*[/\\]/, '').replace(/(\.ome)?\.[^.]*$/i, '') || 'target';
}

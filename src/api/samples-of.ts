/** The samples that a request names: those of a manifest, or the one of which the files are given. */
import { UsageError, type LongCall } from '../core/index.ts';
import { parseManifest, type Sample } from '../dataset/index.ts';
import { nameTargets } from './pair.ts';
import type { NamedFile } from './requests.ts';
import type { World } from './world.ts';

export interface NamedSamples {
  /** A manifest; or null, and the files of one sample are given. */
  readonly data: string | null;
  readonly signal: string | null;
  readonly targets: readonly NamedFile[];
  readonly weight: string | null;
}

/** A manifest of more than that is no table of files. */
const MOST_BYTES = 256e6;

/** Throws DatasetError dataset/manifest, ImageError where there is no such file, UsageError. */
export async function samplesOf(
  { files }: Pick<World, 'files'>,
  { data, signal, targets, weight }: NamedSamples,
  { onNote }: LongCall,
): Promise<Sample[]> {
  if (data !== null) return parseManifest(await readText(files, data), data, { onNote });
  if (signal === null || targets.length === 0)
    throw new UsageError('usage/missing', {
      what: `There is no ${signal === null ? 'signal' : 'target'}.`,
      remedy: 'Give a signal and a target, or a manifest.',
    });
  const names = nameTargets(targets);
  return [
    {
      id: files.split(signal.replace(/#.*$/s, '')).name,
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

async function readText(files: World['files'], path: string): Promise<string> {
  const source = await files.open(path);
  try {
    if (source.size > MOST_BYTES)
      throw new UsageError('usage/manifest', {
        file: path,
        what: `${path} has ${Math.round(source.size / 1e6)} MB: no manifest is so long.`,
        remedy: 'Give the table that lists the images, a CSV or TSV file.',
      });
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await source.read(0, source.size));
  } finally {
    await source.close();
  }
}

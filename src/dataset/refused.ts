/** Samples that cannot be used, told all at once. */
import { DatasetError, type UnstainedError } from '../core/index.ts';
import type { Sample } from './sample.ts';

export interface Refused {
  readonly sample: Sample;
  readonly error: UnstainedError;
}

/** So many are told; a list of hundreds is read by nobody. */
const MOST_TOLD = 50;

/** Throws the error of the one sample that there is, or DatasetError dataset/samples that lists all of them; nothing where none is refused. */
export function refuseSamples(refused: readonly Refused[], count: number): void {
  if (refused.length === 0) return;
  if (count === 1) throw refused[0].error;
  const lines = refused.slice(0, MOST_TOLD).map(({ sample, error }) => {
    const remedy = error.remedy ? ` ${error.remedy}` : '';
    return `\n  ${sample.place ?? sample.id}: ${error.what}${remedy}`;
  });
  const more = refused.length > MOST_TOLD ? `\n  and ${refused.length - MOST_TOLD} more.` : '';
  throw new DatasetError('dataset/samples', {
    what: `${refused.length} of ${count} samples cannot be used:${lines.join('')}${more}`,
    why: 'A training that left them out in silence would not be the one that you meant.',
    remedy: 'Correct these rows, or take them out of the manifest.',
  });
}

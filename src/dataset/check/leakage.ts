/** The same field in several samples: under another name, or on both sides of a split, where it makes every score too good. */
import type { LongCall } from '../../core/index.ts';
import type { PlacedFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { overlapOf, type Overlap } from './same-field.ts';

/** Comparisons between two pauses, in which a stop is heard and progress is drawn. */
const AT_ONCE = 32;

/**
 * A finding for all samples of equal signals; of unlike ones that show the same, one a pair. What is said is the worst of it. Takes about
 * a millisecond for each two samples. Throws an AbortError.
 */
export async function sameFieldFindings(
  samples: readonly PlacedFacts[],
  { signal, onProgress }: LongCall,
): Promise<Finding[]> {
  const groups = new Map<string, PlacedFacts[]>();
  for (const sample of samples) {
    const { digest } = sample.facts.fingerprint.signal;
    groups.set(digest, [...(groups.get(digest) ?? []), sample]);
  }
  const findings = [...groups.values()].flatMap((group) => (group.length > 1 ? [equalFinding(group)] : []));
  const distinct = [...groups.values()].map(([first]) => first);
  const total = (distinct.length * (distinct.length - 1)) / 2;
  let done = 0;
  for (const [i, one] of distinct.entries())
    for (const other of distinct.slice(i + 1)) {
      if (++done % AT_ONCE === 0) {
        signal?.throwIfAborted();
        onProgress?.({ task: 'comparing samples', done, total, unit: 'pairs' });
        await new Promise((resolve) => setTimeout(resolve));
      }
      findings.push(...compareTwo(one, other));
    }
  return findings;
}

/** So many files are named. */
const MOST_NAMED = 4;

function equalFinding(group: readonly PlacedFacts[]): Finding {
  const ids = group.map(({ facts }) => facts.id);
  const files = group.map(({ facts }) => facts.fingerprint.signal.file);
  const sides = new Set(group.map(({ split }) => split));
  const named =
    files.slice(0, MOST_NAMED).join(', ') + (files.length > MOST_NAMED ? ` and ${files.length - MOST_NAMED} more` : '');
  const base = { severity: 'spoils', samples: ids, file: files[files.length - 1] } as const;
  const measured = { correlation: 1, part: 1 };
  return sides.size > 1 && sides.has('train')
    ? {
        ...base,
        measured,
        kind: 'leakage',
        what: `${named} hold the same samples. Some are in train, others in ${[...sides].filter((side) => side !== 'train').join(' and ')}: the network is tested on what it was trained on.`,
        remedy: 'Put them on one side: give them one name in the column group, or leave all but one out.',
      }
    : {
        ...base,
        measured,
        kind: 'duplicate',
        what: `${named} hold the same samples. A field that counts twice weighs twice, and a split may test on what was trained on.`,
        remedy: 'Leave all but one of the rows out.',
      };
}

/** Two samples of unlike signals. */
function compareTwo(one: PlacedFacts, other: PlacedFacts): Finding[] {
  const [a, b] = [one.facts.fingerprint, other.facts.fingerprint];
  const samples = [one.facts.id, other.facts.id];
  const mayLookAlike = (one.unit ?? null) !== null && one.unit === other.unit && one.split === other.split;
  const overlap = a.thumbnail && b.thumbnail && !mayLookAlike ? overlapOf(a.thumbnail, b.thumbnail) : null;
  const shared = a.targets.filter(
    ({ levels, digest }) => levels && b.targets.some((target) => target.digest === digest),
  );
  if (!overlap && shared.length === 0) return [];
  const apart = one.split !== other.split && [one.split, other.split].includes('train');
  const files = overlap ? [a.signal.file, b.signal.file] : [shared[0].file, fileOf(b.targets, shared[0].digest)];
  const measured = overlap && {
    correlation: Number(overlap.correlation.toFixed(3)),
    part: Number(overlap.part.toFixed(2)),
  };
  const base = { severity: 'spoils', samples, file: files[1], ...(measured && { measured }) } as const;
  const what = describe(files, overlap);
  if (overlap && apart)
    return [
      {
        ...base,
        kind: 'leakage',
        what: `${what} One is in ${one.split}, the other in ${other.split}: the network is tested on what it was trained on.`,
        remedy: 'Put both on one side: give them one name in the column group, or leave one out.',
      },
    ];
  if (!overlap)
    return [
      {
        ...base,
        kind: 'duplicate',
        what: `${what} It belongs to one of the fields at most.`,
        remedy: 'Look which row has the wrong file.',
      },
    ];
  return [
    {
      ...base,
      severity: one.split === null && other.split === null ? 'spoils' : 'note',
      kind: 'duplicate',
      what: `${what} A split of rows may test on what was trained on.`,
      remedy: 'Give both rows one name in the column group, or leave one out.',
    },
  ];
}

function fileOf(targets: readonly { readonly file: string; readonly digest: string }[], digest: string): string {
  return targets.find((target) => target.digest === digest)?.file ?? '';
}

function describe([one, other]: readonly string[], overlap: Overlap | null): string {
  if (!overlap) return `${one} and ${other} hold the same samples.`;
  return (
    `${one} and ${other} show the same field over ${Math.round(100 * overlap.part)} % of the smaller one ` +
    `(correlation ${overlap.correlation.toFixed(2)}).`
  );
}

/** The same field in several samples: under another name, or on both sides of a split, where it makes every score too good. */
import type { PlacedFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { overlapOf, type Overlap } from './same-field.ts';

/** One finding a pair of samples that show the same; what is said is the worst of it. */
export function sameFieldFindings(samples: readonly PlacedFacts[]): Finding[] {
  return samples.flatMap((one, i) => samples.slice(i + 1).flatMap((other) => compareTwo(one, other)));
}

function compareTwo(one: PlacedFacts, other: PlacedFacts): Finding[] {
  const [a, b] = [one.facts.fingerprint, other.facts.fingerprint];
  const samples = [one.facts.id, other.facts.id];
  const equalSignal = a.signal.digest === b.signal.digest;
  const mayLookAlike = (one.unit ?? null) !== null && one.unit === other.unit && one.split === other.split;
  const overlap = equalSignal
    ? { correlation: 1, part: 1 }
    : a.thumbnail && b.thumbnail && !mayLookAlike
      ? overlapOf(a.thumbnail, b.thumbnail)
      : null;
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
  const what = describe(files, equalSignal || !overlap, overlap);
  if (overlap && apart)
    return [
      {
        ...base,
        kind: 'leakage',
        what: `${what} One is in ${one.split}, the other in ${other.split}: the network is tested on what it was trained on.`,
        remedy: 'Put both on one side: give them one name in the column group, or leave one out.',
      },
    ];
  if (equalSignal || !overlap)
    return [
      {
        ...base,
        kind: 'duplicate',
        what: `${what} ${overlap ? 'A field that counts twice weighs twice, and a split may test on what was trained on.' : 'It belongs to one of the fields at most.'}`,
        remedy: overlap ? 'Leave one of the rows out.' : 'Look which row has the wrong file.',
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

function describe([one, other]: readonly string[], equal: boolean, overlap: Overlap | null): string {
  if (equal || !overlap) return `${one} and ${other} hold the same samples.`;
  return (
    `${one} and ${other} show the same field over ${Math.round(100 * overlap.part)} % of the smaller one ` +
    `(correlation ${overlap.correlation.toFixed(2)}).`
  );
}

/** Files whose brightness is far from that of the others: another exposure, lamp or export. */
import type { PairFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import type { ImagePrint } from './fingerprint.ts';

/** Fewer files have no usual brightness. */
const LEAST_FILES = 4;
/** Robust deviations from the median, and the least ratio to it, that count. */
const DEVIATIONS = 6;
const LEAST_RATIO = 2;

/** Signals among themselves, and the targets of each name. */
export function driftFindings(facts: readonly PairFacts[]): Finding[] {
  const names = [...new Set(facts.flatMap(({ fingerprint }) => fingerprint.targets.map(({ name }) => name)))];
  return [
    ...driftOf(facts, 'signals', ({ fingerprint }) => fingerprint.signal),
    ...names.flatMap((name) =>
      driftOf(facts, `targets ${name}`, ({ fingerprint }) =>
        fingerprint.targets.find((target) => target.name === name),
      ),
    ),
  ];
}

function driftOf(
  facts: readonly PairFacts[],
  of: string,
  print: (facts: PairFacts) => ImagePrint | undefined,
): Finding[] {
  const images = facts.flatMap((one) => {
    const image = print(one);
    if (!image?.levels) return [];
    const [low, middle, high] = image.levels;
    return [{ id: one.id, file: image.file, numbers: { 'middle value': middle, 'range of values': high - low } }];
  });
  if (images.length < LEAST_FILES) return [];
  return (['middle value', 'range of values'] as const).flatMap((what) => {
    const values = images.map(({ numbers }) => numbers[what]);
    if (values.some((value) => !(value > 0))) return [];
    const logs = values.map(Math.log);
    const usual = median(logs);
    const spread = 1.4826 * median(logs.map((log) => Math.abs(log - usual)));
    const least = Math.max(DEVIATIONS * spread, Math.log(LEAST_RATIO));
    return images.flatMap(({ id, file }, i): Finding[] => {
      if (Math.abs(logs[i] - usual) <= least) return [];
      return [
        {
          kind: 'drift',
          severity: 'note',
          samples: [id],
          file,
          what: `${file}: the ${what} is ${format(values[i])}; of the ${of} it is ${format(Math.exp(usual))} in the middle.`,
          remedy: 'If exposure or lamp changed, leave it out, or normalize each image: --set normalize.signal=zscore.',
          measured: {
            value: values[i],
            usual: Math.exp(usual),
            deviations: spread > 0 ? (logs[i] - usual) / spread : null,
          },
        },
      ];
    });
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function format(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/**
 * What changed since a run was started, and whether it may go on all the same.
 *
 * Other data, settings or another version make it another training: refused, unless allowed by name. Another machine, runtime
 * or number of threads only rounds otherwise: the run goes on, not to the same bits, and says so.
 */
import { sha256 } from '../codec/index.ts';
import { UsageError } from '../core/index.ts';

/** What is refused unless it is allowed. */
export type AllowableChange = 'data' | 'config' | 'version';

export interface Change {
  readonly kind: AllowableChange | 'machine';
  /** A sentence. */
  readonly what: string;
}

/** What a run is made of. */
export interface RunFacts {
  /** All that it learns from, in the order in which it is drawn from; what equal data share (a SHA-256), by name. */
  readonly data: readonly { readonly name: string; readonly sha256: string }[];
  /** Resolved settings: keys in groups. */
  readonly config: object;
  /** Of unstained. */
  readonly version: string;
  /** ONNX Runtime's version, device, threads, block of channels. */
  readonly machine: Readonly<Record<string, string | number | null>>;
}

/** In sentences, none where all is as it was. Settings of `mayChange` (`steps`) are the user's to change. */
export function changesSince(before: RunFacts, now: RunFacts, mayChange: ReadonlySet<string> = new Set()): Change[] {
  const of = (kind: Change['kind'], sentences: readonly string[]) => sentences.map((what) => ({ kind, what }));
  return [
    ...of('data', dataChanges(before.data, now.data)),
    ...of('config', differences(flatten(before.config), flatten(now.config), mayChange)),
    ...of('version', before.version === now.version ? [] : [`unstained is ${now.version}; it was ${before.version}.`]),
    ...of('machine', differences(before.machine, now.machine)),
  ];
}

/**
 * SHA-256 of the settings that a run keeps, in whatever order they stand. Those of `mayChange` are left out: a run whose steps are
 * changed, and that is killed before all of its files say so, is the same run.
 */
export function settingsSha256(config: object, mayChange: ReadonlySet<string>): Promise<string> {
  const kept = Object.entries(flatten(config)).filter(([key]) => !mayChange.has(key));
  return sha256(new TextEncoder().encode(JSON.stringify(kept.sort(([a], [b]) => (a < b ? -1 : 1)))));
}

/**
 * Gives what the user should be told of changes that are allowed or that only round otherwise.
 * Throws UsageError usage/run-changed that lists all others, and what to type.
 */
export function requireAllowed(
  run: string,
  changes: readonly Change[],
  allowed: ReadonlySet<AllowableChange>,
): readonly string[] {
  const isAllowed = ({ kind }: Change) => kind === 'machine' || allowed.has(kind);
  const refused = changes.filter((change) => !isAllowed(change));
  if (refused.length > 0) {
    const kinds = (['data', 'config', 'version'] as const).filter(
      (kind) => allowed.has(kind) || refused.some((change) => change.kind === kind),
    );
    throw new UsageError('usage/run-changed', {
      file: run,
      what: `${run} is not as it was when it was started: ${listed(refused.map(({ what }) => what))}`,
      why: 'A training that goes on with this is another training than its settings, data and version say.',
      remedy: `Restore what changed, or allow it: unstained train --resume ${run} --allow-change ${kinds.join(',')}`,
    });
  }
  const notes = changes.filter(({ kind }) => kind !== 'machine').map(({ what }) => `Allowed: ${what}`);
  const machine = changes.filter(({ kind }) => kind === 'machine').map(({ what }) => what);
  return machine.length === 0
    ? notes
    : [...notes, `${machine.join(' ')} The run goes on, not to the bits that it would have come to without this.`];
}

/** Pixels count, not names: files that were moved or renamed are the same data. */
function dataChanges(before: RunFacts['data'], now: RunFacts['data']): string[] {
  if (before.map(({ sha256 }) => sha256).join() === now.map(({ sha256 }) => sha256).join()) return [];
  const old = new Map(before.map(({ name, sha256 }) => [name, sha256]));
  const names = new Set(now.map(({ name }) => name));
  const found = [
    ...now.flatMap(({ name, sha256 }) => {
      const was = old.get(name);
      if (was === undefined) return [`${name} is new.`];
      return was === sha256 ? [] : [`${name} is not what it was (sha256 ${short(was)} before, ${short(sha256)} now).`];
    }),
    ...before.filter(({ name }) => !names.has(name)).map(({ name }) => `${name} is missing.`),
  ];
  return found.length > 0 ? found : ['The data are in another order.'];
}

type Facts = Readonly<Record<string, unknown>>;

function differences(before: Facts, now: Facts, except: ReadonlySet<string> = new Set()): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((key) => !except.has(key) && text(before[key]) !== text(now[key]))
    .map((key) => `${key} is ${text(now[key])}; it was ${text(before[key])}.`);
}

/** `{ optimizer: { lr: 1 } }` is `{ 'optimizer.lr': 1 }`. */
function flatten(value: object, prefix = ''): Facts {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.entries(flatten(inner, `${prefix}${key}.`))
        : [[`${prefix}${key}`, inner]],
    ),
  );
}

function text(value: unknown): string {
  if (value === undefined || value === null) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function short(sha256: string): string {
  return sha256.slice(0, 8);
}

const MOST_LISTED = 30;

function listed(sentences: readonly string[]): string {
  const more = sentences.length - MOST_LISTED;
  return [...sentences.slice(0, MOST_LISTED), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
}

/**
 * Contestants that take turns, and what their rounds come to. A program may take part in several ways, of which the
 * fastest counts; the slow ones leave after the first round, or a comparison would take hours.
 */
export interface Timing {
  /** The median of the process's timed runs. */
  readonly seconds: number;
  readonly loadSeconds: number;
  readonly peakGB: number;
  /** How many cores other programs took meanwhile. */
  readonly othersCores: number;
}

export interface Contestant {
  readonly program: string;
  readonly way: string;
  /** Takes part in so many rounds at most: what is there for reference only. */
  readonly rounds?: number;
  /** Starts one process and waits for it; throws, saying why, where it fails. */
  time(): Timing;
}

export interface Entry extends Contestant {
  /** One of each round. */
  readonly timings: Timing[];
  /** Why it takes part no longer. */
  left: string | null;
}

/** How many times as slow as its program's fastest a way may be in the first round to take part in the others. */
const SLOWEST = 1.3;

/** Throws where the only way of a program fails: there is nothing left to compare. */
export function takeTurns(contestants: readonly Contestant[], rounds: number, note: (line: string) => void): Entry[] {
  const entries = contestants.map((contestant): Entry => ({ ...contestant, timings: [], left: null }));
  for (let round = 1; round <= rounds; round++) {
    for (const entry of entries.filter(({ left, rounds: most = rounds }) => left === null && round <= most)) {
      const timing = attempt(entry, `round ${round} of ${rounds}`, note);
      if (timing) entry.timings.push(timing);
      else if (entries.filter(({ program }) => program === entry.program).length === 1) {
        throw new Error(`${entry.program} ${entry.left}`);
      }
    }
    if (round === 1 && rounds > 1) dismissSlow(entries, note);
  }
  return entries;
}

function attempt(entry: Entry, when: string, note: (line: string) => void): Timing | null {
  const name = `${entry.program} ${entry.way}`.trim();
  try {
    const timing = entry.time();
    const others = timing.othersCores > 0.05 ? `, while others took ${timing.othersCores} cores` : '';
    note(`${when}: ${name} ${timing.seconds.toPrecision(3)} s${others}`);
    return timing;
  } catch (error) {
    entry.left = `failed: ${error instanceof Error ? error.message : String(error)}`;
    note(`${when}: ${name} ${entry.left}`);
    return null;
  }
}

function dismissSlow(entries: readonly Entry[], note: (line: string) => void): void {
  const slow = (entry: Entry) => entry.left === null && slowness(entry, entries) > SLOWEST;
  // The machine's slow phase may have met just this one: it gets a second chance, and the faster of both counts.
  for (const entry of entries.filter(slow)) {
    const again = attempt(entry, 'round 1 again', note);
    if (again && again.seconds < entry.timings[0].seconds) entry.timings[0] = again;
  }
  for (const [entry, times] of entries.filter(slow).map((entry) => [entry, slowness(entry, entries)] as const)) {
    entry.left = `${times.toFixed(1)} times as slow as the fastest way: not run again after the first round`;
  }
}

function slowness(entry: Entry, entries: readonly Entry[]): number {
  const first = (entry: Entry) => entry.timings[0]?.seconds ?? Infinity;
  return first(entry) / Math.min(...entries.filter(({ program }) => program === entry.program).map(first));
}

export interface Summary {
  readonly way: string;
  /** The median of the rounds, each the median of a process. */
  readonly seconds: number;
  readonly spread: readonly [fastest: number, slowest: number];
  readonly loadSeconds: number;
  readonly peakGB: number;
  /** The median of the rounds. */
  readonly othersCores: number;
  readonly rounds: number;
  readonly left: string | null;
}

export function summarize({ way, timings, left }: Entry): Summary {
  const seconds = timings.map((timing) => timing.seconds);
  return {
    way,
    seconds: median(seconds),
    spread: [Math.min(...seconds), Math.max(...seconds)],
    loadSeconds: median(timings.map((timing) => timing.loadSeconds)),
    peakGB: Math.max(...timings.map((timing) => timing.peakGB)),
    othersCores: median(timings.map((timing) => timing.othersCores)),
    rounds: timings.length,
    left,
  };
}

/** A program's fastest way: of those that stayed, or the one round of another would decide. Null where all failed. */
export function fastestOf(ways: readonly Summary[]): Summary | null {
  const ran = ways.filter(({ rounds }) => rounds > 0);
  const stayed = ran.filter(({ left }) => left === null);
  return (stayed.length > 0 ? stayed : ran).toSorted((a, b) => a.seconds - b.seconds)[0] ?? null;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

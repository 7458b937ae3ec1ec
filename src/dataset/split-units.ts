/**
 * Samples that must stand on one side of a split, or a network would be measured on what it has seen: all times, channels and
 * mirrored copies of one image, all that share a target, and all of one `group`.
 */
import { parseImagePath } from '../io/index.ts';
import type { Sample } from './sample.ts';

/** The smallest thing that a split moves. */
export interface SplitUnit {
  /** Indices of its samples, rising. */
  readonly members: readonly number[];
  /** How many signals; a time series is one. */
  readonly images: number;
  /** What its samples have in common: two of them at least share one of these, or it is one sample. */
  readonly links: readonly Link[];
  /** The same whatever the order of the samples. */
  readonly key: string;
}

export interface Link {
  /** For messages: `group dish 1`, `image bf/3.tif`. */
  readonly name: string;
  readonly members: readonly number[];
}

/** In the order of their first samples. */
export function splitUnits(samples: readonly Sample[]): SplitUnit[] {
  const imageOf = imageNames(samples);
  const links = new Map<string, number[]>();
  for (const [i, { signal, targets, group }] of samples.entries()) {
    const names = [signal, ...targets.map(({ path }) => path)].map((path) => `image ${imageOf(path)}`);
    if (group !== null) names.push(`group ${group}`);
    for (const name of new Set(names)) {
      const members = links.get(name);
      if (members) members.push(i);
      else links.set(name, [i]);
    }
  }

  const leader = Array.from(samples, (_, i) => i);
  const leaderOf = (i: number): number => {
    let top = i;
    while (leader[top] !== top) top = leader[top];
    for (let at = i; at !== top;) [leader[at], at] = [top, leader[at]];
    return top;
  };
  // The smaller index leads, so that units stand in the order of their first samples.
  for (const [first, ...others] of links.values())
    for (const other of others) {
      const [low, high] = [leaderOf(first), leaderOf(other)].sort((a, b) => a - b);
      leader[high] = low;
    }

  const members = groupedBy(samples.keys(), leaderOf);
  const linksOf = groupedBy(links, ([, [first]]) => leaderOf(first));
  return [...members].map(([lead, indices]) => {
    const signals = new Set(indices.map((i) => imageOf(samples[i].signal)));
    return {
      members: indices,
      images: signals.size,
      links: linksOf.get(lead)!.map(([name, of]) => ({ name, members: of })),
      key: [...signals].reduce((least, name) => (name < least ? name : least)),
    };
  });
}

/** From a path to the image that it selects from: its file, and the scene where files have several. */
function imageNames(samples: readonly Sample[]): (path: string) => string {
  const read = new Map<string, { path: string; scene: string | null }>();
  for (const { signal, targets } of samples)
    for (const text of [signal, ...targets.map(({ path }) => path)]) {
      const { path, selection } = parseImagePath(text);
      read.set(text, { path, scene: selection.scene });
    }
  // A file that is read somewhere without a scene has only one.
  const single = new Set([...read.values()].flatMap(({ path, scene }) => (scene === null ? [path] : [])));
  return (text) => {
    const { path, scene } = read.get(text)!;
    return single.has(path) ? path : `${path}#scene=${scene}`;
  };
}

function groupedBy<T, K>(values: Iterable<T>, keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

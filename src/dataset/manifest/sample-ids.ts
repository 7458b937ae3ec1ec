/** The names of samples: what the column id says, or else the signal's file; of each time one. */
import { parseImagePath } from '../../io/index.ts';
import type { Sample } from '../sample.ts';
import type { RowFacts } from './rows.ts';

/**
 * The rows' samples. Where no id is said it is the signal's path below the folder that all share, without its ending, with scene
 * and time where they are said: `plate/B2_03 scene=1 t=4`. What would be the same gets a number: `B2_03 (2)`.
 */
export function nameSamples(facts: readonly RowFacts[]): Sample[] {
  const folder = sharedFolder(facts.map(({ signal }) => parseImagePath(signal).path));
  const taken = new Set(facts.flatMap(({ id }) => id ?? []));
  const counts = new Map<string, number>(); // that a name was wanted, so that a thousand of one name are not tried one by one
  const unique = (name: string): string => {
    let free = name;
    let n = counts.get(name) ?? 1;
    for (; taken.has(free); n++) free = `${name} (${n + 1})`;
    counts.set(name, n);
    taken.add(free);
    return free;
  };
  return facts.flatMap(({ line: _, id, times, ...row }) => {
    const name = id ?? nameOf(row.signal, folder);
    const each = times ? Array.from({ length: times.to - times.from }, (_, i) => times.from + i) : [null];
    const isSeries = each.length > 1 || (id === null && times !== null);
    return each.map((time) => {
      const full = isSeries ? `${name} t=${time}` : name;
      return { ...row, id: id === null || isSeries ? unique(full) : id, time };
    });
  });
}

function nameOf(signal: string, folder: string): string {
  const { path, selection } = parseImagePath(signal);
  const name = path.slice(folder.length).replace(/(?<=[^/])(\.ome)?\.[^./]*$/i, '');
  const scene = selection.scene === null ? '' : ` scene=${selection.scene}`;
  return name + scene + (selection.time === null ? '' : ` t=${selection.time}`);
}

/** The longest start of all paths that ends in a slash. */
function sharedFolder(paths: readonly string[]): string {
  let shared = /^.*\//s.exec(paths[0] ?? '')?.[0] ?? '';
  for (const path of paths)
    while (!path.startsWith(shared)) shared = shared.slice(0, shared.lastIndexOf('/', shared.length - 2) + 1);
  return shared;
}

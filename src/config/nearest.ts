/** What someone probably meant who typed a word that is not known. */

/**
 * The candidate nearest to `word`, or null where none is near: at most a third of the letters wrong, missing, superfluous
 * or swapped. Upper and lower case are alike. Of a dotted candidate its last name counts too: `lr` finds `optimizer.lr`.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let least = Infinity;
  for (const candidate of candidates)
    for (const name of new Set([candidate, candidate.slice(candidate.lastIndexOf('.') + 1)])) {
      const mistakes = distance(word.toLowerCase(), name.toLowerCase());
      if (mistakes > Math.max(word.length, name.length) / 3 || mistakes >= least) continue;
      least = mistakes;
      best = candidate;
    }
  return best;
}

/** Letters to change, add, drop or swap with their neighbor (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(change, last[j] + 1, row[j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}

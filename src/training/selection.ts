/** Which state of a training is kept as its model: the best of those that were measured on what training never sees. */
import type { Config } from '../config/index.ts';

export interface Selection {
  /** The higher the better; null before the first measure. */
  readonly best: { readonly step: number; readonly score: number } | null;
  /** Measures since the best one. */
  readonly since: number;
  /** The step of the last measure; 0 before the first. */
  readonly measuredAt: number;
}

export const UNSELECTED: Selection = { best: null, since: 0, measuredAt: 0 };

/** After one more measure. A score that is no number (a blank prediction) counts as the worst, -1. */
export function selected({ best, since }: Selection, step: number, score: number): Selection {
  const found = Number.isFinite(score) ? score : -1;
  return best === null || found > best.score
    ? { best: { step, score: found }, since: 0, measuredAt: step }
    : { best, since: since + 1, measuredAt: step };
}

/** Whether what was kept aside is measured after this step: now and then, and at the end. */
export function isValidated({ validate: { every }, steps }: Pick<Config, 'validate' | 'steps'>, step: number): boolean {
  return step > 0 && (step >= steps || (every > 0 && step % every === 0));
}

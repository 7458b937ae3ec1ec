/** One line that says how far the work is: what, done of total, rate, time left, loss, memory. */
import type { Progress } from '../core/index.ts';
import { formatBytes, formatNumber, formatSeconds, sparkline } from './format.ts';

const PACE_OVER_MS = 30_000;
const BAR_CELLS = 12;
const CURVE_CELLS = 16;
const MOST_LOSSES = 512;

/** Follows one task: how fast it goes now, and how its loss went. */
export interface Course {
  add(progress: Progress, now: number): void;
  /** Units a second over the last half minute; null until two moments are known. */
  perSecond(): number | null;
  /** The losses so far in at most sixteen means. */
  losses(): readonly number[];
}

export function followCourse(): Course {
  const moments: { now: number; done: number }[] = [];
  let losses: number[] = [];
  let lossSpan = 1; // steps that one of `losses` is the mean of
  let gathered: number[] = [];
  return {
    add({ done, loss }, now) {
      moments.push({ now, done });
      while (moments.length > 2 && now - moments[0].now > PACE_OVER_MS) moments.shift();
      if (loss === undefined) return;
      gathered.push(loss);
      if (gathered.length < lossSpan) return;
      losses.push(mean(gathered));
      gathered = [];
      if (losses.length < MOST_LOSSES) return;
      losses = inGroups(losses, 2);
      lossSpan *= 2;
    },
    perSecond() {
      const first = moments[0];
      const last = moments.at(-1);
      return first && last && last.now > first.now ? ((last.done - first.done) / (last.now - first.now)) * 1000 : null;
    },
    losses: () => inGroups(losses, Math.ceil(losses.length / CURVE_CELLS)),
  };
}

export interface LineParts {
  readonly progress: Progress;
  readonly course: Course;
  readonly residentBytes: number;
}

/** For a terminal: with bar and curve. What matters most comes first, since a narrow terminal cuts the end. */
export function liveLine({ progress, course, residentBytes }: LineParts): string {
  const { task, done, total } = progress;
  const full = total > 0 ? Math.round(Math.min(1, done / total) * BAR_CELLS) : 0;
  const bar = total > 0 ? [`${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}`] : [];
  const curve = course.losses().length > 1 ? [sparkline(course.losses())] : [];
  return [task, ...bar, ...numbers(progress, course), formatBytes(residentBytes), ...curve].join('  ');
}

/** For a log file. */
export function plainLine({ progress, course, residentBytes }: LineParts): string {
  return `${progress.task}: ${[...numbers(progress, course), formatBytes(residentBytes)].join(', ')}`;
}

function numbers({ done, total, unit, loss, facts = [] }: Progress, course: Course): string[] {
  const perSecond = course.perSecond();
  const parts = [total > 0 ? `${done}/${total} ${unit}` : `${done} ${unit}`];
  if (perSecond !== null && perSecond > 0) {
    parts.push(`${formatNumber(perSecond)} ${unit}/s`);
    if (total > done) parts.push(`${formatSeconds((total - done) / perSecond)} left`);
  }
  if (loss !== undefined) parts.push(`loss ${formatNumber(loss)}`);
  return [...parts, ...facts];
}

function inGroups(values: readonly number[], size: number): number[] {
  const groups = [];
  for (let i = 0; i < values.length; i += size) groups.push(mean(values.slice(i, i + size)));
  return groups;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

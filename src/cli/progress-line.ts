/** One line that says how far a task is: what, done of total, rate, time left, loss, memory. */
import type { Progress, ValidationProgress } from '../core/index.ts';
import type { Course } from './course.ts';
import { formatBytes, formatNumber, formatSeconds } from './format.ts';
import { bar, curve, type Glyphs } from './glyphs.ts';
import { fitLine, type Line, type Piece } from './line.ts';

const BAR_CELLS = 12;
const CURVE_CELLS = 16;

export interface LineParts {
  readonly progress: Progress;
  readonly course: Course;
  /** Of the clock by which the course is followed. */
  readonly now: number;
  readonly residentBytes: number;
}

/** For a terminal: with bar and curve. Where it is narrow, curve, memory and rate are left out, in this order. */
export function liveLine(parts: LineParts, glyphs: Glyphs, cells: number): Line {
  const { task, done, total } = parts.progress;
  const [filled, rest] = bar(total > 0 ? done / total : 0, BAR_CELLS, glyphs);
  const losses = parts.course.losses(CURVE_CELLS);
  const { count, rate, others } = numbers(parts);
  const pieces: (Piece | null)[] = [
    { rank: 0, line: [{ text: task, format: 'bold' }] },
    total > 0
      ? {
          rank: 0,
          line: [
            { text: filled, format: 'green' },
            { text: rest, format: 'dim' },
          ],
        }
      : null,
    { rank: 0, line: [{ text: count }] },
    rate ? { rank: 1, line: [{ text: rate }] } : null,
    ...others.map((text) => ({ rank: 0, line: [{ text }] })),
    { rank: 2, line: [{ text: formatBytes(parts.residentBytes), format: 'dim' }] },
    losses.length > 1 ? { rank: 3, line: [{ text: curve(losses, 1, glyphs)[0], format: 'cyan' }] } : null,
  ];
  return fitLine(
    pieces.filter((piece) => piece !== null),
    cells,
  );
}

/** For a log file. */
export function plainLine(parts: LineParts): string {
  const { task, training } = parts.progress;
  const name = training ? `${task} ${training.run}` : task;
  const more = training
    ? [
        `lr ${formatNumber(training.lr)}`,
        ...(training.validation ? validationText(training.validation) : []),
        ...(training.savedStep > 0 ? [`saved step ${training.savedStep}`] : []),
      ]
    : [];
  const { count, rate, others } = numbers(parts);
  return `${name}: ${[count, ...(rate ? [rate] : []), ...others, ...more, formatBytes(parts.residentBytes)].join(', ')}`;
}

/** Done of total, how fast, and how long still, with what else is to be told. */
function numbers({ progress: { done, total, unit, facts = [] }, course, now }: LineParts) {
  const perSecond = course.perSecond();
  const left = course.secondsLeft(now);
  const loss = course.loss();
  return {
    count: total > 0 ? `${done}/${total} ${unit}` : `${done} ${unit}`,
    rate: perSecond ? rateText(perSecond, unit) : null,
    others: [
      ...(left && total > done ? [`${formatSeconds(left)} left`] : []),
      ...(loss === null ? [] : [`loss ${formatNumber(loss)}`]),
      ...facts,
    ],
  };
}

function validationText({ step, scores, best }: ValidationProgress): string[] {
  const each = scores.map(({ name, r }) => `${name} ${formatR(r)}`).join(' ');
  return [`r ${each} at step ${step}`, `best ${formatR(best.r)} at step ${best.step}`];
}

/** `3.2 steps/s`, or `4.1 s a step` where one takes longer than a second. */
export function rateText(perSecond: number, unit: string): string {
  return perSecond >= 1 || !unit.endsWith('s')
    ? `${formatNumber(perSecond)} ${unit}/s`
    : `${formatSeconds(1 / perSecond)} a ${unit.slice(0, -1)}`;
}

/** Pearson's r as it is compared from validation to validation. */
export function formatR(r: number | null): string {
  return r === null || !Number.isFinite(r) ? '-' : r.toFixed(3);
}

/**
 * What a person sees on stderr: a few live lines that are drawn over themselves, and messages above them; or plain lines, one
 * every ten seconds, where nobody watches.
 */
import { styleText } from 'node:util';
import type { Progress } from '../core/index.ts';
import { followCourse, type Course } from './course.ts';
import { withoutControls } from './format.ts';
import { glyphsOf } from './glyphs.ts';
import type { Io } from './io.ts';
import type { Format, Line } from './line.ts';
import { openLiveArea } from './live-area.ts';
import { liveLine, plainLine } from './progress-line.ts';
import { trainingLines } from './training-lines.ts';

const REDRAW_AFTER_MS = 100;
/** Where nothing is heard for so long, times go on all the same, and a terminal that was resized is drawn anew. */
const TICK_MS = 1000;
const PLAIN_LINE_AFTER_MS = 10_000;
/** The last column stays free, since a letter there makes some terminals go to the next line; and two cells for the `^C` of Ctrl-C. */
const FREE_CELLS = 3;

export interface ScreenSettings {
  /** Errors only. */
  readonly quiet: boolean;
  /** False: plain lines, also in a terminal. */
  readonly live: boolean;
}

export type Paint = (format: Format, text: string) => string;

export interface Screen {
  readonly paint: Paint;
  progress(progress: Progress): void;
  /** A message, unless quiet. */
  note(text: string): void;
  /** Shown always. */
  error(text: string): void;
  /** Takes the live lines away. */
  clear(): void;
}

/** A task, how it went so far, and when its newest checkpoint was first heard of. */
interface Followed {
  progress: Progress;
  readonly course: Course;
  savedStep: number;
  savedAt: number | null;
}

export function openScreen(io: Io, { quiet, live }: ScreenSettings): Screen {
  const terminal = io.isTTY && io.env.TERM !== 'dumb';
  const colors = terminal && !io.env.NO_COLOR;
  const isLive = terminal && live;
  // One format a call, and our own decision: `styleText` with a list of formats colors log files too on Node 20.
  const paint: Paint = (format, text) => (colors ? styleText(format, text, { validateStream: false }) : text);
  const glyphs = glyphsOf(io.env);
  const area = openLiveArea(io, paint);
  const write = (text: string) => (isLive ? area.writeAbove(text) : io.stderr.write(`${text}\n`));

  let training: Followed | null = null; // until its last step, also while something else is done in between
  let current: Followed | null = null;
  /** Tasks of which a plain line has been written: the first one of each comes at once. */
  const told = new Set<string>();
  let drawnAt = -Infinity;
  let stopTicking: (() => void) | null = null;

  const linesOf = (now: number): Line[] => {
    const cells = Math.max(1, io.columns() - FREE_CELLS);
    const residentBytes = io.residentBytes();
    const lines = [];
    if (training?.progress.training) {
      const { progress, course, savedAt } = training;
      const secondsSinceSaved = savedAt === null ? null : (now - savedAt) / 1000;
      const parts = { progress, training: progress.training!, course, now, residentBytes, secondsSinceSaved };
      lines.push(...trainingLines(parts, glyphs, cells));
    }
    if (current && current !== training) {
      const { progress, course } = current;
      lines.push(liveLine({ progress, course, now, residentBytes }, glyphs, cells));
    }
    return lines.slice(0, Math.max(1, io.rows() - 1)); // more would scroll away
  };
  const draw = (now: number) => {
    drawnAt = now;
    area.draw(linesOf(now));
    stopTicking ??= io.repeat(TICK_MS, () => {
      if (io.now() - drawnAt >= REDRAW_AFTER_MS) draw(io.now());
    });
  };

  return {
    paint,
    progress(progress) {
      if (quiet) return;
      const now = io.now();
      current = follow(current, training, progress, now);
      if (progress.training) training = current;
      else if (training && training.progress.done >= training.progress.total) training = null;
      else training?.course.pause(now);
      const isNew = !told.has(progress.task);
      told.add(progress.task);
      if (isLive) return now - drawnAt < REDRAW_AFTER_MS ? undefined : draw(now);
      if (now - drawnAt < PLAIN_LINE_AFTER_MS && !isNew) return;
      drawnAt = now;
      write(withoutControls(plainLine({ ...current, now, residentBytes: io.residentBytes() })));
    },
    note(text) {
      if (!quiet) write(withoutControls(text));
    },
    error: write,
    clear() {
      stopTicking?.();
      stopTicking = null;
      training = null;
      current = null;
      area.clear();
    },
  };
}

/** The task that `progress` is of: the one before, the training in which it was an interlude, or a new one. */
function follow(before: Followed | null, training: Followed | null, progress: Progress, now: number): Followed {
  const known = [before, training].find((followed) => followed && isSameTask(followed.progress, progress));
  const followed = known ?? {
    progress,
    course: followCourse(),
    savedStep: progress.training?.savedStep ?? 0,
    savedAt: null,
  };
  followed.course.add(progress, now);
  followed.progress = progress;
  const savedStep = progress.training?.savedStep ?? 0;
  if (savedStep !== followed.savedStep) Object.assign(followed, { savedStep, savedAt: now });
  return followed;
}

function isSameTask(before: Progress, after: Progress): boolean {
  return before.task === after.task && before.training?.run === after.training?.run && before.done <= after.done;
}

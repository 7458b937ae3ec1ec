/**
 * What a person sees on stderr: one live line that is drawn over itself, and messages above it; or plain lines, one every
 * ten seconds, where nobody watches.
 */
import { styleText } from 'node:util';
import type { Progress } from '../core/index.ts';
import { cutToWidth, withoutControls } from './format.ts';
import type { Io } from './io.ts';
import { followCourse, liveLine, plainLine, type Course } from './progress-line.ts';

const REDRAW_AFTER_MS = 100;
const PLAIN_LINE_AFTER_MS = 10_000;
const CLEAR_LINE = '\r\u001b[K';

export interface ScreenSettings {
  /** Errors only. */
  readonly quiet: boolean;
  /** False: plain lines, also in a terminal. */
  readonly live: boolean;
}

export type Paint = (format: 'red' | 'bold', text: string) => string;

export interface Screen {
  readonly paint: Paint;
  progress(progress: Progress): void;
  /** A message, unless quiet. */
  note(text: string): void;
  /** Shown always. */
  error(text: string): void;
  /** Takes the live line away. */
  clear(): void;
}

export function openScreen(io: Io, { quiet, live }: ScreenSettings): Screen {
  const terminal = io.isTTY && io.env.TERM !== 'dumb';
  const colors = terminal && !io.env.NO_COLOR;
  const isLive = terminal && live;
  const interval = isLive ? REDRAW_AFTER_MS : PLAIN_LINE_AFTER_MS;
  let task: string | null = null;
  let course: Course = followCourse();
  let drawnAt = -Infinity;
  let line = ''; // what stands on the live line

  const draw = (text: string) => {
    line = text;
    io.stderr.write(CLEAR_LINE + text);
  };
  const write = (text: string) => {
    const behind = line;
    if (behind) draw('');
    io.stderr.write(`${text}\n`);
    if (behind) draw(behind);
  };

  return {
    // One format a call, and our own decision: `styleText` with a list of formats colors log files too on Node 20.
    paint: (format, text) => (colors ? styleText(format, text, { validateStream: false }) : text),
    progress(progress) {
      if (quiet) return;
      if (progress.task !== task) {
        task = progress.task;
        course = followCourse();
      }
      const now = io.now();
      course.add(progress, now);
      const ended = isLive && progress.done >= progress.total;
      if (now - drawnAt < interval && !ended) return;
      drawnAt = now;
      const parts = { progress, course, residentBytes: io.residentBytes() };
      // The last column stays free: a letter there makes some terminals go to the next line.
      if (isLive) draw(cutToWidth(withoutControls(liveLine(parts)), io.columns() - 1));
      else write(withoutControls(plainLine(parts)));
    },
    note(text) {
      if (!quiet) write(withoutControls(text));
    },
    error: write,
    clear() {
      if (line) draw('');
    },
  };
}

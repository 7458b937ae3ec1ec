/** The last lines of a terminal, drawn over themselves. */
import type { Io } from './io.ts';
import { lineWidth, trimLine, type Format, type Line } from './line.ts';

const CLEAR_TO_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

export interface LiveArea {
  /** Takes the place of what was drawn before. A line is shorter than the terminal is wide. */
  draw(lines: readonly Line[]): void;
  /** Puts a text above, for good. */
  writeAbove(text: string): void;
  /** Takes the lines away. */
  clear(): void;
}

export function openLiveArea(io: Io, paint: (format: Format, text: string) => string): LiveArea {
  let drawn: readonly Line[] = [];
  let drawnFor = io.columns();

  /**
   * To the start of what is drawn. A terminal that became narrower broke its lines anew (most do so), and they
   * are as many rows now as their letters need.
   */
  const toStart = () => {
    const columns = Math.max(1, io.columns());
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(lineWidth(line) / columns)), 0);
    return `\r${rows > 1 ? `\u001b[${rows - 1}A` : ''}`;
  };
  const painted = (lines: readonly Line[], before = '') =>
    lines
      .map((line) => line.map(({ text, format }) => (format && text ? paint(format, text) : text)).join(''))
      .map((text) => before + text + CLEAR_TO_LINE_END)
      .join('\n');

  return {
    // One write a picture, and nothing is cleared before it is drawn over: so it doesn't flicker. But for rows that a terminal may
    // have broken: if only overwritten, some take them for one line still, and break it wrongly the next time.
    draw(lines) {
      const trimmed = lines.map(trimLine);
      const columns = io.columns();
      const clearFirst = columns === drawnFor ? '' : CLEAR_TO_LINE_END;
      io.stderr.write(toStart() + painted(trimmed, clearFirst) + CLEAR_BELOW);
      drawn = trimmed;
      drawnFor = columns;
    },
    writeAbove(text) {
      const clear = drawn.length > 0 ? toStart() + CLEAR_BELOW : '';
      io.stderr.write(`${clear}${text}\n${painted(drawn)}`);
    },
    clear() {
      if (drawn.length > 0) io.stderr.write(toStart() + CLEAR_BELOW);
      drawn = [];
    },
  };
}

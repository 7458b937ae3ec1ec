/** A line of a terminal, made of pieces: some may be left out where it is narrow, and none goes over the edge. */
import { cutToWidth, widthOf, withoutControls } from './format.ts';

export type Format = 'red' | 'bold' | 'dim' | 'green' | 'yellow' | 'cyan';

/** Text of one kind. */
export interface Span {
  readonly text: string;
  readonly format?: Format;
}

export type Line = readonly Span[];

/** What stands or is left out together. */
export interface Piece {
  readonly line: Line;
  /** Where the line is narrow the highest are left out first; 0 always stays. */
  readonly rank: number;
}

const GAP: Span = { text: '  ' };

export function lineWidth(line: Line): number {
  return line.reduce((width, { text }) => width + widthOf(text), 0);
}

/** The pieces side by side, two cells between, without those that don't fit into `cells`. */
export function fitLine(pieces: readonly Piece[], cells: number): Line {
  const line = pieces.flatMap((piece, i) => (i > 0 ? [GAP, ...piece.line] : piece.line));
  const highest = Math.max(...pieces.map(({ rank }) => rank));
  if (highest <= 0 || lineWidth(line) <= cells) return cutLine(line, cells);
  const out = pieces.findLastIndex(({ rank }) => rank === highest);
  return fitLine(pieces.toSpliced(out, 1), cells);
}

/** As much of the line as `cells` hold; control characters, line breaks too, as they must not be obeyed. */
function cutLine(line: Line, cells: number): Line {
  let left = cells;
  return line.map(({ text, ...span }) => {
    const shown = cutToWidth(withoutControls(text).replace(/[\n\t]/g, ' '), left);
    left -= widthOf(shown);
    return { ...span, text: shown };
  });
}

/** Without the blanks at its end, of which a terminal may keep some, none or all when it breaks lines anew. */
export function trimLine(line: Line): Line {
  const last = line.findLastIndex(({ text }) => text.trimEnd() !== '');
  return line.slice(0, last + 1).map((span, i) => (i === last ? { ...span, text: span.text.trimEnd() } : span));
}

/** The end of a name or path, which tells more than its beginning, in at most `cells`; whole folders where they fit. */
export function endOf(name: string, cells: number, more: string): string {
  if (widthOf(name) <= cells) return name;
  const letters = Array.from(name);
  while (letters.length > 0 && widthOf(letters.join('')) > cells - widthOf(more)) letters.shift();
  const end = letters.join('');
  const folder = end.slice(0, -1).search(/[/\\]/);
  return more + (folder > 0 ? end.slice(folder) : end);
}

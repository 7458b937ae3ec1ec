/** A terminal that shows what is written to it: as much of one as the live lines need. Throws at anything else. */
import { widthOf } from '../format.ts';

export interface Terminal {
  write(text: string): void;
  /** Its lines without the blanks behind them, and without the empty ones at the end; colors are left out. */
  shown(): string[];
  /** As most terminals do: what is wider is broken into several rows, what was broken is joined. */
  resize(columns: number): void;
}

interface Row {
  letters: string[];
  /** Whether the next row is the same line, broken at the edge. */
  goesOn: boolean;
}

export function openTerminal(columns: number): Terminal {
  let width = columns;
  let rows: Row[] = [{ letters: [], goesOn: false }];
  let [y, x] = [0, 0]; // x in cells; a wide letter is a letter and an empty text behind it

  const rowAt = (at: number) => (rows[at] ??= { letters: [], goesOn: false });
  const put = (letter: string) => {
    const cells = widthOf(letter);
    if (x + cells > width) {
      rowAt(y).goesOn = true;
      [y, x] = [y + 1, 0];
    }
    const { letters } = rowAt(y);
    while (letters.length < x) letters.push(' ');
    letters[x] = letter;
    if (cells === 2) letters[x + 1] = '';
    x += cells;
  };

  return {
    write(text) {
      // oxlint-disable-next-line no-control-regex -- they are what is obeyed
      for (const [token] of text.matchAll(/\u001b\[(\d*)([A-Za-z])|[\s\S]/gu)) {
        // oxlint-disable-next-line no-control-regex
        const [, count, command] = /^\u001b\[(\d*)([A-Za-z])$/.exec(token) ?? [];
        if (token === '\r') x = 0;
        else if (token === '\n') rowAt((([y, x] = [y + 1, 0]), y));
        else if (command === 'A') y = Math.max(0, y - Number(count || 1));
        else if (command === 'K' || command === 'J') {
          Object.assign(rowAt(y), { letters: rowAt(y).letters.slice(0, x), goesOn: false });
          if (command === 'J') rows = rows.slice(0, y + 1);
        } else if (command === 'm') continue;
        else if (token < ' ') throw new Error(`the terminal was sent ${JSON.stringify(token)}`);
        else put(token);
      }
    },
    shown() {
      const lines = rows.map(({ letters }) => letters.join('').trimEnd());
      return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
    },
    resize(to) {
      const lines: string[][] = [];
      rows.forEach(({ letters }, i) =>
        rows[i - 1]?.goesOn ? lines.at(-1)!.push(...letters) : lines.push([...letters]),
      );
      width = to;
      rows = lines.flatMap((letters) => {
        const parts: Row[] = [];
        for (let at = 0; at === 0 || at < letters.length; at += width)
          parts.push({ letters: letters.slice(at, at + width), goesOn: at + width < letters.length });
        return parts;
      });
      y = rows.length - 1;
      x = rows[y].letters.length;
    },
  };
}

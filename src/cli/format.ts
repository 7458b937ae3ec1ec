/** Numbers and tables as people read them. */

/** `8 s`, `3 min 20 s`, `2 h 05 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `850 MB`, `1.2 GB`; 1 GB is 10^9 bytes. */
export function formatBytes(bytes: number): string {
  return bytes < 0.9995e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Three digits that count: `0.412`, `12.3`, `1.2e-5`; `-` for a number that is none. */
export function formatNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '-';
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 100 ? String(Math.round(value)) : size < 1e-3 ? value.toExponential(1) : value.toPrecision(3);
}

/** Columns side by side, the first to the left, numbers to the right. Rows of equal length; the first is the header. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const numeric = widths.map((_, column) => rows.slice(1).every((row) => /^[-+.\d]/.test(row[column])));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (numeric[i] && i > 0 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

const NO_CELL = /[\p{Mark}\p{Cf}]/u;
const TWO_CELLS =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]/u;

/** Cells of a terminal that `text` takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += cellsOf(letter);
  return width;
}

function cellsOf(letter: string): number {
  return NO_CELL.test(letter) ? 0 : TWO_CELLS.test(letter) ? 2 : 1;
}

/** As much of `text` as `columns` cells of a terminal hold. */
export function cutToWidth(text: string, columns: number): string {
  let left = columns;
  let cut = '';
  for (const letter of text) {
    left -= cellsOf(letter);
    if (left < 0) break;
    cut += letter;
  }
  return cut;
}

/** Lines of at most `columns` letters, broken between words; `indent` before all but the first. */
export function wrap(text: string, columns: number, indent = ''): string {
  let length = 0;
  return text
    .split(' ')
    .map((word, i) => {
      const broken = i > 0 && length + 1 + word.length > columns;
      length = broken ? indent.length + word.length : length + word.length + (i > 0 ? 1 : 0);
      return `${i === 0 ? '' : broken ? `\n${indent}` : ' '}${word}`;
    })
    .join('');
}

/** A name from outside may hold anything: no control character of it reaches the terminal. Line breaks and tabs stay. */
export function withoutControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

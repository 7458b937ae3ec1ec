/** What bars and curves are drawn with: block letters where the terminal has them, ASCII elsewhere. */
import type { Io } from './io.ts';

export interface Glyphs {
  readonly full: string;
  readonly empty: string;
  /** Between empty and full, the emptiest first. */
  readonly parts: string;
  /** Heights within one line, the lowest first. */
  readonly heights: string;
  /** Stands for what was left out. */
  readonly more: string;
}

export const BLOCKS: Glyphs = { full: '█', empty: '░', parts: '▏▎▍▌▋▊▉', heights: '▁▂▃▄▅▆▇█', more: '…' };
export const ASCII: Glyphs = { full: '#', empty: '.', parts: '', heights: '.:|', more: '..' };

/**
 * By the environment alone. On Windows terminals newer than its old console have the letters; elsewhere the locale must be UTF-8,
 * and the kernel's own console (TERM=linux) has too few letters.
 */
export function glyphsOf(env: Io['env']): Glyphs {
  if (env.OS === 'Windows_NT')
    return env.WT_SESSION || env.ConEmuANSI || env.TERM_PROGRAM || env.TERMINAL_EMULATOR ? BLOCKS : ASCII;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale) && env.TERM !== 'linux' ? BLOCKS : ASCII;
}

/** `part` (0 to 1) of `cells` filled, in two texts: the filled cells, and the empty ones. */
export function bar(part: number, cells: number, { full, empty, parts }: Glyphs): [filled: string, rest: string] {
  const steps = parts.length + 1;
  const filled = Math.floor(Math.max(0, Math.min(1, part)) * cells * steps);
  const whole = Math.floor(filled / steps);
  const letters = full.repeat(whole) + (parts[(filled % steps) - 1] ?? '');
  return [letters, empty.repeat(cells - letters.length)];
}

/**
 * A curve of columns, a cell a value, `lines` of text high, the top line first. On a logarithmic scale where all values are above
 * 0. What is no number stands at the top.
 */
export function curve(values: readonly number[], lines: number, { heights }: Glyphs): string[] {
  const finite = values.filter(Number.isFinite);
  const least = Math.min(...finite);
  const scale = least > 0 ? Math.log : (value: number) => value;
  const [low, high] = [scale(least), scale(Math.max(...finite))];
  const steps = lines * heights.length;
  const levels = values.map((value) => {
    if (!Number.isFinite(value)) return steps;
    return 1 + Math.round(((scale(value) - low) / (high - low || 1)) * (steps - 1));
  });
  return Array.from({ length: lines }, (_, line) => {
    const below = (lines - 1 - line) * heights.length;
    return levels.map((level) => (level > below ? heights[Math.min(level - below, heights.length) - 1] : ' ')).join('');
  });
}

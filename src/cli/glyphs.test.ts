import { describe, expect, it } from 'vitest';
import { ASCII, bar, BLOCKS, curve, glyphsOf } from './glyphs.ts';

describe('a curve', () => {
  it('falls where losses fall, on a logarithmic scale where it can', () => {
    expect(curve([1, 0.1, 0.01], 1, BLOCKS)).toEqual(['█▅▁']);
    expect(curve([2, 1, 0], 1, BLOCKS)).toEqual(['█▅▁']);
    expect(curve([1, 1], 1, BLOCKS)).toEqual(['▁▁']);
    expect(curve([1, -1], 1, BLOCKS)).toEqual(['█▁']);
  });
  it('of two lines has twice the heights', () => {
    expect(curve([1, 2 ** 7, 2 ** 8, 2 ** 15], 2, BLOCKS)).toEqual(['  ▁█', '▁███']);
    expect(curve([1, 2, 3, 4, 5, 0], 2, ASCII)).toEqual(['  .:| ', ':|||| '.replace(/ $/, '.')]);
  });
  it('of what is no number stands at the top', () => expect(curve([1, NaN, 0.1], 1, BLOCKS)).toEqual(['██▁']));
});

it.each([0, 0.01, 0.5, 0.999, 1])('a bar that is %s full has as many cells as it was given', (part) => {
  for (const glyphs of [BLOCKS, ASCII])
    for (const cells of [1, 7, 48]) {
      const [filled, rest] = bar(part, cells, glyphs);
      expect(filled.length + rest.length).toBe(cells);
      expect(filled.split(glyphs.full).length - 1).toBe(Math.floor(part * cells));
    }
});

it.each([
  ['a UTF-8 locale', { LANG: 'de_DE.UTF-8' }, BLOCKS],
  ['LC_ALL over LANG', { LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, ASCII],
  ['no locale', {}, ASCII],
  ["Linux' own console", { LANG: 'C.utf8', TERM: 'linux' }, ASCII],
  ['Windows Terminal', { OS: 'Windows_NT', WT_SESSION: '1' }, BLOCKS],
  ["Windows' old console", { OS: 'Windows_NT', LANG: 'C.UTF-8' }, ASCII],
])('%s', (_, env, glyphs) => expect(glyphsOf(env)).toBe(glyphs));

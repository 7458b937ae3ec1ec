import { expect, it } from 'vitest';
import { formatBytes, formatNumber, formatSeconds, formatTable, withoutControls, wrap } from './format.ts';

it.each([
  [0.26, '0.3 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [3599.6, '1 h 00 min'],
  [7500, '2 h 05 min'],
])('%s seconds read %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

it.each([
  [0.41234, '0.412'],
  [12.345, '12.3'],
  [1234.5, '1235'],
  [0.000012, '1.2e-5'],
  [3, '3'],
  [NaN, '-'],
])('%s reads %s', (value, text) => expect(formatNumber(value)).toBe(text));

it('memory reads in MB and GB', () => {
  expect([formatBytes(850e6), formatBytes(999.6e6), formatBytes(1.24e9)]).toEqual(['850 MB', '1.0 GB', '1.2 GB']);
});

it('numbers stand to the right, words to the left', () => {
  expect(
    formatTable([
      ['name', 'r'],
      ['dna', '0.8'],
      ['membrane', '-0.12'],
    ]),
  ).toBe('name          r\ndna         0.8\nmembrane  -0.12');
});

it('a wrapped text keeps its words and its width', () => {
  const text = 'the quick brown fox jumps over the lazy dog';
  const wrapped = wrap(text, 16, '    ');
  expect(wrapped.replace(/\n {4}/g, ' ')).toBe(text);
  for (const line of wrapped.split('\n')) expect(line.length).toBeLessThanOrEqual(16);
});

it('control characters are shown, not obeyed', () => expect(withoutControls('a\u001b[2Jb\nc')).toBe('a\ufffd[2Jb\nc'));

import { expect, it } from 'vitest';
import { shellWord } from './shell-word.ts';

it.each([
  ['cells.tif#channel=DNA', 'cells.tif#channel=DNA'],
  ['f/T{t}_Zählung{z}.tif', 'f/T{t}_Zählung{z}.tif'],
  ['my cells.tif#scene=0', '"my cells.tif#scene=0"'],
  ["Björn's.tif", `"Björn's.tif"`],
  ['C:\\my cells\\a.tif', '"C:\\my cells\\a.tif"'],
  ['a"b$(c)`d.tif', `'a"b$(c)\`d.tif'`],
  [`a"'b.tif`, `'a"'\\''b.tif'`],
  ['https://a.b/c?d=1&e', '"https://a.b/c?d=1&e"'],
  ['', '""'],
])('%s is typed as %s', (text, word) => expect(shellWord(text)).toBe(word));

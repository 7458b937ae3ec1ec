import { expect, it } from 'vitest';
import type { Given } from './command.ts';
import { allowedChangesOf } from './options.ts';

const given = (...many: string[]): Given => ({
  operands: [],
  has: () => many.length > 0,
  one: () => null,
  many: () => many,
  need: () => undefined,
});

it.each([
  [[], []],
  [['data'], ['data']],
  [['data,version'], ['data', 'version']],
  [
    ['config', 'data, data'],
    ['config', 'data'],
  ],
])('D8: --allow-change %j allows %j', (texts, kinds) => {
  expect([...allowedChangesOf(given(...texts))]).toEqual(kinds);
});

it.each(['', 'all', 'data,', 'toString', 'data config'])('D8: --allow-change "%s" is refused', (text) => {
  expect(() => allowedChangesOf(given(text))).toThrow(
    expect.objectContaining({
      code: 'usage/value',
      remedy: 'It must be data, config or version; several: data,config.',
    }),
  );
});

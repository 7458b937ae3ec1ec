/** The kinds of value that a setting may have: what is accepted in YAML and on the command line, and how it is written. */
import { z } from 'zod';

export interface Kind<T> {
  /** From what YAML gives (or `read` made of typed text) to the value. */
  readonly schema: z.ZodType<T>;
  /** Ends the sentence "it must be ...". */
  readonly expected: string;
  /** Stands for the value in help pages: `N`, `Z,Y,X`. */
  readonly placeholder: string;
  /** All that it may be, where these are a few words. */
  readonly words?: readonly string[];
  /** What was typed, as YAML would give it; as it is where it cannot be read, for `schema` to refuse. */
  read(text: string): unknown;
  /** As it is typed on the command line. */
  format(value: T): string;
  /** As it stands in YAML. */
  toYaml(value: T): string;
}

export function whole(least: number, most: number): Kind<number> {
  return {
    schema: z.int().min(least).max(most),
    expected: `a whole number from ${least} to ${most}`,
    placeholder: 'N',
    read: readNumber,
    format: String,
    toYaml: String,
  };
}

/** A number with 0 as its lower limit; `positive` excludes 0; `below` is excluded too, `most` is not. */
export function number({
  positive = false,
  below = Infinity,
  most = Infinity,
}: { positive?: boolean; below?: number; most?: number } = {}): Kind<number> {
  const low = positive ? z.number().positive() : z.number().min(0);
  const limit = below < Infinity ? ` and below ${below}` : most < Infinity ? `, ${most} at most` : '';
  return {
    schema: below < Infinity ? low.lt(below) : most < Infinity ? low.max(most) : low,
    expected: `a number${positive ? ' above 0' : ', 0 or more'}${limit}`,
    placeholder: 'X',
    read: readNumber,
    format: String,
    toYaml: String,
  };
}

export const flag: Kind<boolean> = {
  schema: z.boolean(),
  expected: 'true or false',
  placeholder: 'true|false',
  words: ['true', 'false'],
  read: (text) => (text === 'true' ? true : text === 'false' ? false : text),
  format: String,
  toYaml: String,
};

/** One of a few words or numbers. */
export function oneOf<const T extends string | number>(...values: readonly T[]): Kind<T> {
  return {
    schema: z.literal(values),
    expected: values.join(', ').replace(/, (?=[^,]*$)/, ' or '),
    placeholder: values.join('|'),
    words: values.map(String),
    read: (text) => values.find((value) => String(value) === text) ?? text,
    format: String,
    toYaml: String,
  };
}

/** Voxels along z, y, x; two numbers are y, x of a plane. */
export const patchSize: Kind<{ readonly z: number; readonly y: number; readonly x: number }> = {
  schema: numbers(z.array(z.int().min(1).max(4096)).min(2).max(3), {
    one: '(?:[1-9]\\d{0,2}|[1-3]\\d{3}|40[0-8]\\d|409[0-6])',
    count: [2, 3],
  }).transform((sizes) => {
    const [zSize, y, x] = sizes.length === 2 ? [1, ...sizes] : sizes;
    return { z: zSize, y, x };
  }),
  expected: 'z,y,x in whole voxels from 1 to 4096, such as 32,64,64; in 2D y,x, such as 128,128',
  placeholder: 'Z,Y,X',
  read: readNumbers,
  format: (size) => `${size.z},${size.y},${size.x}`,
  toYaml: (size) => `[${size.z}, ${size.y}, ${size.x}]`,
};

/** Micrometers along z, y, x; or `native`. */
export const trainingGrid: Kind<'native' | { readonly z: number; readonly y: number; readonly x: number }> = {
  schema: z.union([
    z.literal('native'),
    numbers(z.array(z.number().min(1e-6).max(1e4)).length(3), {
      one: '(?:(?=[\\d.]*[1-9])(?:\\d{1,4}(?:\\.\\d{0,6})?|\\.\\d{1,6})|10000(?:\\.0{0,6})?)',
      count: [3, 3],
    }).transform(([zSize, y, x]) => ({ z: zSize, y, x })),
  ]),
  expected: 'native, or z,y,x in micrometers, such as 0.3,0.3,0.3',
  placeholder: 'Z,Y,X|native',
  words: ['native'],
  read: readNumbers,
  format: (grid) => (grid === 'native' ? grid : `${grid.z},${grid.y},${grid.x}`),
  toYaml: (grid) => (grid === 'native' ? grid : `[${grid.z}, ${grid.y}, ${grid.x}]`),
};

/** The two decay rates of Adam. */
export const decayRates: Kind<readonly [number, number]> = {
  schema: numbers(z.array(z.number().min(0).lt(1)).length(2), {
    one: '(?:0(?:\\.\\d{0,15})?|\\.\\d{1,15})',
    count: [2, 2],
  }).transform(([first, second]) => [first, second] as const),
  expected: 'two numbers, each 0 or more and below 1, such as 0.5,0.999',
  placeholder: 'X,X',
  read: readNumbers,
  format: (rates) => rates.join(','),
  toYaml: (rates) => `[${rates.join(', ')}]`,
};

/**
 * A YAML list of numbers, or the same written `1,2,3`. The form of `one` holds its limits too, so that the JSON Schema, which sees
 * text only, refuses what is refused here.
 */
function numbers(
  list: z.ZodType<number[], number[]>,
  { one, count: [least, most] }: { readonly one: string; readonly count: readonly [number, number] },
): z.ZodType<number[]> {
  const text = z.string().regex(new RegExp(`^ *${one} *(?:, *${one} *){${least - 1},${most - 1}}$`));
  return z.union([list, text.transform((typed) => typed.split(',').map(Number)).pipe(list)]);
}

/** Decimal numbers only: no `0x10`, no empty text for 0. */
function readNumber(text: string): unknown {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
}

function readNumbers(text: string): unknown {
  const parts = text.split(',').map(readNumber);
  return parts.length > 1 && parts.every((part) => typeof part === 'number') ? parts : text;
}

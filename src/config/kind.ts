/** The kinds of value that a setting may have: what is accepted in YAML and on the command line, and how it is written. */
import { z } from 'zod';

export interface Kind<T> {
  /** From what YAML gives (or `read` made of typed text) to the value. */
  readonly schema: z.ZodType<T>;
  /** Ends the sentence "it must be ...". */
  readonly expected: string;
  /** Stands for the value in help pages: `N`, `Z,Y,X`. */
  readonly placeholder: string;
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
  read: (text) => (text === 'true' ? true : text === 'false' ? false : text),
  format: String,
  toYaml: String,
};

/** One of a few words or numbers. */
export function oneOf<const T extends string | number>(...values: readonly T[]): Kind<T> {
  return {
    schema: z.literal(values),
    expected: values.join(' or '),
    placeholder: values.join('|'),
    read: (text) => values.find((value) => String(value) === text) ?? text,
    format: String,
    toYaml: String,
  };
}

/** Voxels along z, y, x; two numbers are y, x of a plane. */
export const patchSize: Kind<{ readonly z: number; readonly y: number; readonly x: number }> = {
  schema: numbers(z.array(z.int().min(1).max(4096)).min(2).max(3)).transform((sizes) => {
    const [zSize, y, x] = sizes.length === 2 ? [1, ...sizes] : sizes;
    return { z: zSize, y, x };
  }),
  expected: 'z,y,x in whole voxels from 1 to 4096, such as 32,64,64; in 2D y,x, such as 128,128',
  placeholder: 'Z,Y,X',
  read: (text) => text,
  format: (size) => `${size.z},${size.y},${size.x}`,
  toYaml: (size) => `[${size.z}, ${size.y}, ${size.x}]`,
};

/** Micrometers along z, y, x; or `native`. */
export const trainingGrid: Kind<'native' | { readonly z: number; readonly y: number; readonly x: number }> = {
  schema: z.union([
    z.literal('native'),
    numbers(z.array(z.number().min(1e-6).max(1e4)).length(3)).transform(([zSize, y, x]) => ({ z: zSize, y, x })),
  ]),
  expected: 'native, or z,y,x in micrometers, such as 0.3,0.3,0.3',
  placeholder: 'Z,Y,X|native',
  read: (text) => text,
  format: (grid) => (grid === 'native' ? grid : `${grid.z},${grid.y},${grid.x}`),
  toYaml: (grid) => (grid === 'native' ? grid : `[${grid.z}, ${grid.y}, ${grid.x}]`),
};

/** The two decay rates of Adam. */
export const decayRates: Kind<readonly [number, number]> = {
  schema: numbers(z.tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)])),
  expected: 'two numbers, each 0 or more and below 1, such as 0.5,0.999',
  placeholder: 'X,X',
  read: (text) => text,
  format: (rates) => rates.join(','),
  toYaml: (rates) => `[${rates.join(', ')}]`,
};

/** A YAML list of numbers, or the same written `1,2,3`. */
function numbers<T>(list: z.ZodType<T, number[]>): z.ZodType<T> {
  const text = z.string().regex(/^[^,]+(,[^,]+)+$/);
  return z.union([
    list,
    text.transform((typed) => typed.split(',').map((part) => readNumber(part) as number)).pipe(list),
  ]);
}

/** Decimal numbers only: no `0x10`, no empty text for 0. */
function readNumber(text: string): unknown {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
}

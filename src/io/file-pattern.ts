/**
 * Files that are parts of one image, found by their names: `T{t}_C{c}_Z{z}.tif`, where `{t}`, `{c}` and `{z}` stand for digits,
 * or `{c}` for the names of channels. Numbers are sorted as numbers; a gap, two files of one number, or a combination that is
 * not there is refused, since planes would be wrong.
 */
import { unsupported } from './refusals.ts';

export type PatternAxis = 't' | 'c' | 'z';

/** The parts that a pattern's files are, along the axes that it names. */
export interface FileGrid {
  readonly axes: readonly PatternAxis[];
  /** How many there are; 1 along an axis that is not named. */
  readonly counts: Readonly<Record<PatternAxis, number>>;
  /** Where `{c}` stands for names. */
  readonly channelNames: readonly string[] | null;
  nameAt(at: Readonly<Record<PatternAxis, number>>): string;
}

/** What an axis has in the place of its placeholder in one file: `007` is the number 7. */
type Texts = Partial<Record<PatternAxis, string>>;

interface Part {
  readonly name: string;
  readonly texts: Texts;
}

const PLACEHOLDER = /\{([tcz])\}/g;

export function hasPlaceholder(name: string): boolean {
  return name.search(PLACEHOLDER) >= 0;
}

/**
 * The files among `names` that fit `pattern`, or null where none does. `path` is the pattern as the user wrote it.
 * Throws ImageError image/unsupported, naming what is missing or there twice.
 */
export function matchPattern(path: string, pattern: string, names: readonly string[]): FileGrid | null {
  const axes = axesOf(pattern);
  // Names of channels only where no file has a number in that place.
  for (const channels of ['digits', 'names'] as const) {
    const expression = expressionOf(pattern, channels);
    const parts = names.flatMap((name): Part[] => {
      const texts = expression.exec(name)?.groups;
      return texts ? [{ name, texts }] : [];
    });
    if (parts.length > 0) return gridOf(path, pattern, axes, parts, channels);
  }
  return null;
}

function axesOf(pattern: string): PatternAxis[] {
  const found = [...pattern.matchAll(PLACEHOLDER)].map(([, axis]) => axis as PatternAxis);
  return (['t', 'c', 'z'] as const).filter((axis) => found.includes(axis));
}

function expressionOf(pattern: string, channels: 'digits' | 'names'): RegExp {
  const seen = new Set<string>();
  const source = pattern.split(/(\{[tcz]\})/).map((part) => {
    const axis = /^\{([tcz])\}$/.exec(part)?.[1];
    if (!axis || seen.has(axis)) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'); // only the first of a kind stands for something
    seen.add(axis);
    return axis === 'c' && channels === 'names' ? '(?<c>.+?)' : `(?<${axis}>\\d+)`;
  });
  return new RegExp(`^${source.join('')}$`, 's');
}

function gridOf(
  path: string,
  pattern: string,
  axes: readonly PatternAxis[],
  parts: readonly Part[],
  channels: 'digits' | 'names',
): FileGrid {
  const byIndices = new Map<string, Part>();
  const stepsAlong = (axis: PatternAxis) => stepsOf(parts, axis, axis === 'c' && channels === 'names');
  const steps = { t: stepsAlong('t'), c: stepsAlong('c'), z: stepsAlong('z') };
  const indexOf = (axis: PatternAxis, text: string) =>
    steps[axis].findIndex(
      (other) => other === text || (isDigits(other) && isDigits(text) && BigInt(other) === BigInt(text)),
    );
  for (const part of parts) {
    const key = axes.map((axis) => indexOf(axis, part.texts[axis]!)).join();
    const earlier = byIndices.get(key);
    if (earlier)
      throw unsupported(
        path,
        `its files are not evenly numbered: ${earlier.name} is followed by ${part.name}, of the same number.`,
        'Leave one of them out.',
        'Only one of them can stand in this place.',
      );
    byIndices.set(key, part);
  }
  for (const axis of axes)
    if (axis !== 'c' || channels === 'digits') requireEven(path, pattern, axis, parts, steps[axis]);
  const counts = { t: steps.t.length || 1, c: steps.c.length || 1, z: steps.z.length || 1 };
  const nameAt = (at: Readonly<Record<PatternAxis, number>>) =>
    byIndices.get(axes.map((axis) => at[axis]).join())?.name ??
    nameOf(pattern, Object.fromEntries(axes.map((axis) => [axis, steps[axis][at[axis]]])));
  const expected = counts.t * counts.c * counts.z;
  if (byIndices.size < expected) throw missingFiles(path, axes, counts, byIndices, nameAt);
  return { axes, counts, channelNames: channels === 'names' && axes.includes('c') ? steps.c : null, nameAt };
}

/** What stands in the place of an axis, each once, in its order; nothing where the pattern does not name it. */
function stepsOf(parts: readonly Part[], axis: PatternAxis, byName: boolean): string[] {
  const texts = parts.flatMap((part) => part.texts[axis] ?? []);
  if (byName) return [...new Set(texts)].sort();
  const byNumber = new Map<bigint, string>();
  for (const text of texts) if (!byNumber.has(BigInt(text))) byNumber.set(BigInt(text), text);
  return [...byNumber].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
}

/** Throws where the numbers are not one step apart. */
function requireEven(
  path: string,
  pattern: string,
  axis: PatternAxis,
  parts: readonly Part[],
  steps: readonly string[],
): void {
  const numbers = steps.map(BigInt);
  const gaps = numbers.slice(1).map((number, i) => number - numbers[i]);
  const step = gaps.reduce((least, gap) => (gap < least ? gap : least), gaps[0] ?? 1n);
  const odd = gaps.findIndex((gap) => gap !== step);
  if (odd < 0) return;
  const nameWith = (text: string) => parts.find((part) => part.texts[axis] === text)!;
  const [before, after] = [nameWith(steps[odd]), nameWith(steps[odd + 1])];
  const missing = String(numbers[odd] + step).padStart(steps[odd].length, '0');
  throw unsupported(
    path,
    `its files are not evenly numbered: ${before.name} is followed by ${after.name}; ` +
      `${nameOf(pattern, { ...before.texts, [axis]: missing })} is missing.`,
    'Put the missing file there, or number those that are there one after the other.',
    'A missing plane would shift all that follow.',
  );
}

function missingFiles(
  path: string,
  axes: readonly PatternAxis[],
  counts: FileGrid['counts'],
  there: ReadonlyMap<string, Part>,
  nameAt: FileGrid['nameAt'],
) {
  const missing: string[] = [];
  for (let t = 0; t < counts.t && missing.length < 5; t++)
    for (let c = 0; c < counts.c && missing.length < 5; c++)
      for (let z = 0; z < counts.z && missing.length < 5; z++) {
        const at = { t, c, z };
        if (!there.has(axes.map((axis) => at[axis]).join())) missing.push(nameAt(at));
      }
  const expected = counts.t * counts.c * counts.z;
  const more = expected - there.size - missing.length;
  return unsupported(
    path,
    `${expected - there.size} of its ${expected} files (${axes.map((axis) => `${axis} ${counts[axis]}`).join(', ')}) are missing: ` +
      `${missing.join(', ')}${more > 0 ? `, and ${more} more` : ''}.`,
    'Put them there, or write a pattern that fits whole rows only.',
    'Zeros would stand where planes are missing.',
  );
}

function nameOf(pattern: string, texts: Texts): string {
  const seen = new Set<string>();
  return pattern.replace(PLACEHOLDER, (placeholder, axis: PatternAxis) => {
    if (seen.has(axis)) return placeholder;
    seen.add(axis);
    return texts[axis] ?? placeholder;
  });
}

function isDigits(text: string): boolean {
  return /^\d+$/.test(text);
}

/** Which axis of an array is time, channel, z, y, x; in any order. */
import { damaged, unsupported } from '../refusals.ts';
import { isObject, listOf, shown } from './json-file.ts';
import type { ZarrArray } from './zarr-array.ts';

export type Letter = 't' | 'c' | 'z' | 'y' | 'x';
/** One for each axis of the array; null for one that is none of them and has one index only. */
export type Axes = readonly (Letter | null)[];

const LETTERS = ['t', 'c', 'z', 'y', 'x'] as const;

function letterOf(name: unknown): Letter | null {
  const lower = typeof name === 'string' ? name.toLowerCase() : '';
  return LETTERS.find((letter) => letter === lower) ?? null;
}

/** Axes of which nothing is said: the last of t, c, z, y, x. */
export function lastAxes(count: number): Letter[] {
  return LETTERS.slice(-count);
}

/** The axes of a plain array: as its dimensions are called, where they are called so; else the last of t, c, z, y, x. */
export function plainAxes({ shape, dimensionNames }: ZarrArray): { axes: Axes; notes: readonly string[] } {
  const named = (dimensionNames ?? []).map(letterOf);
  if (named.length === shape.length && isOnce(named) && !named.includes(null)) return { axes: named, notes: [] };
  const axes = lastAxes(shape.length);
  return { axes, notes: [`the array names no axes; they were taken as ${axes.join(', ')}`] };
}

/**
 * `axes` of NGFF: objects with name and type (0.4 and later), names (0.3), or nothing (before): the last of t, c, z, y, x.
 * Throws ImageError: image/damaged where they do not fit the array, image/unsupported for axes that an image here has not.
 */
export function ngffAxes(value: unknown, { shape }: ZarrArray, file: string): Axes {
  if (value === undefined || value === null) return lastAxes(shape.length);
  const given = listOf(value).map((axis) => (isObject(axis) ? axis : { name: axis }));
  if (given.length !== shape.length)
    throw damaged(file, `it names ${given.length} axes; the array is (${shape.join(', ')}).`);
  const axes = given.map(({ name, type }: { name?: unknown; type?: unknown }): Letter | null => {
    if (type === 'time') return 't';
    if (type === 'channel') return 'c';
    const letter = letterOf(name);
    return type === 'space' && (letter === 't' || letter === 'c') ? null : letter;
  });
  const strange = axes.findIndex((letter, axis) => letter === null && shape[axis] > 1);
  if (strange >= 0)
    throw unsupported(
      file,
      `its axis ${shown(given[strange].name)} has ${shape[strange]} indices; only t, c, z, y and x are read.`,
      'Save one index of it as an image of its own.',
      'Its planes would be taken for others.',
    );
  if (!isOnce(axes) || !axes.includes('y') || !axes.includes('x'))
    throw damaged(file, `its axes are ${axes.map((letter) => letter ?? '(another)').join(', ')}.`);
  return axes;
}

function isOnce(axes: Axes): boolean {
  const letters = axes.filter((letter) => letter !== null);
  return new Set(letters).size === letters.length;
}

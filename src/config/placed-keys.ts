/** The keys of the table, each with its place: `optimizer.lr` is `lr` in the section `optimizer`. */
import { TABLE, type Key } from './keys.ts';

/** A key with its place in the configuration: `optimizer.lr`. */
export interface PlacedKey extends Key<unknown> {
  readonly path: string;
}

/** All keys in the order of the table. */
export const KEYS: readonly PlacedKey[] = placed(TABLE, '');

/** Names that hold keys: `optimizer`. */
export const SECTIONS: ReadonlySet<string> = new Set(
  KEYS.filter(({ path }) => path.includes('.')).map(({ path }) => path.split('.')[0]),
);

const byPath: ReadonlyMap<string, PlacedKey> = new Map(KEYS.map((key) => [key.path, key]));

export function keyAt(path: string): PlacedKey | undefined {
  return byPath.get(path);
}

/** Keys by the section that they stand in, '' for those in none; neighbors stay neighbors. */
export function keysBySection(): Map<string, PlacedKey[]> {
  const sections = new Map<string, PlacedKey[]>();
  for (const key of KEYS) {
    const section = key.path.includes('.') ? key.path.slice(0, key.path.indexOf('.')) : '';
    sections.set(section, [...(sections.get(section) ?? []), key]);
  }
  return sections;
}

/** `lr` of `optimizer.lr`. */
export function lastName({ path }: PlacedKey): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

type Nested = { readonly [name: string]: Key<unknown> | Nested };

function placed(table: object, prefix: string): PlacedKey[] {
  return Object.entries(table as Nested).flatMap(([name, entry]) =>
    isKey(entry) ? [{ ...entry, path: prefix + name }] : placed(entry, `${prefix}${name}.`),
  );
}

function isKey(entry: Key<unknown> | Nested): entry is Key<unknown> {
  return typeof entry.help === 'string';
}

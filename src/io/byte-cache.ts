/** Keeps what was used last, up to a number of bytes. */

export interface ByteCache<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
}

/** Holds at most `most` bytes, or one value that is larger. */
export function byteCache<K, V extends { readonly byteLength: number }>(most: number): ByteCache<K, V> {
  const values = new Map<K, V>(); // in the order of use, the last used at the end
  let held = 0;
  const remove = (key: K) => {
    held -= values.get(key)?.byteLength ?? 0;
    values.delete(key);
  };
  const set = (key: K, value: V) => {
    remove(key);
    values.set(key, value);
    held += value.byteLength;
    for (const oldest of values.keys()) {
      if (held <= most || oldest === key) break;
      remove(oldest);
    }
  };
  return {
    get(key) {
      const value = values.get(key);
      if (value) set(key, value);
      return value;
    },
    set,
  };
}

/** Values that took work, kept as long as they fit. */

/**
 * A function that gives what `load` gave for a key before, or calls it. Together the values kept have at most `maxBytes`, but
 * the last one is kept whatever its size. Who asks while it is being loaded gets the same; what failed is tried again.
 */
export function recentlyUsed<T>(
  maxBytes: number,
  bytesOf: (value: T) => number,
): (key: unknown, load: () => Promise<T>) => Promise<T> {
  const kept = new Map<unknown, { value: Promise<T>; bytes: number }>(); // in the order of use, the last used at the end
  let held = 0;
  return async (key, load) => {
    const found = kept.get(key);
    if (found) {
      kept.delete(key);
      kept.set(key, found);
      return found.value;
    }
    const entry = { value: load(), bytes: 0 };
    kept.set(key, entry);
    try {
      entry.bytes = bytesOf(await entry.value);
    } catch (error) {
      kept.delete(key);
      throw error;
    }
    held += entry.bytes;
    for (const [oldest, { bytes }] of kept) {
      if (held <= maxBytes || oldest === key) break;
      if (bytes === 0) continue; // still being loaded
      kept.delete(oldest);
      held -= bytes;
    }
    return entry.value;
  };
}

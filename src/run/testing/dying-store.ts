/** A run's folder whose process dies: after so many changes nothing is done any more. */
import type { RunStore } from '../store.ts';

export class Died extends Error {}

/**
 * Dies before the change after the first `changes`; of bytes that were to be appended, half are there. A lock that was taken
 * stays. `done` tells how many changes there were.
 */
export function dyingStore(store: RunStore, changes: number): RunStore & { done(): number } {
  let done = 0;
  let isDead = false;
  const alive = () => {
    if (isDead) throw new Died();
  };
  const change = async <T>(work: () => Promise<T>, inTheMidst?: () => Promise<void>): Promise<T> => {
    alive();
    if (done === changes) {
      isDead = true;
      await inTheMidst?.();
      throw new Died();
    }
    done++;
    return work();
  };
  return {
    name: store.name,
    done: () => done,
    async list(folder) {
      alive();
      return store.list(folder);
    },
    async read(path) {
      alive();
      return store.read(path);
    },
    writeWhole: (path, bytes) => change(() => store.writeWhole(path, bytes)),
    append: (path, bytes) =>
      change(
        () => store.append(path, bytes),
        () => store.append(path, bytes.subarray(0, bytes.length >> 1)),
      ),
    remove: (path) => change(() => store.remove(path)),
    clear: () => change(() => store.clear()),
    async lock() {
      const { release } = await change(() => store.lock());
      return { release: () => change(release) };
    },
  };
}

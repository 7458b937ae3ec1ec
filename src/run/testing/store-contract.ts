/** What holds for every place that keeps a run's folder: one suite, run by each implementation. */
import { describe, expect, it } from 'vitest';
import type { RunStore } from '../store.ts';

/** `openPlace` makes an empty place, and gives what opens it: as often as trainers come to it. */
export function describeRunStore(name: string, openPlace: () => Promise<() => RunStore>): void {
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const textOf = async (store: RunStore, path: string) => new TextDecoder().decode(await store.read(path));
  const opened = async () => (await openPlace())();

  describe(`a run's folder: ${name}`, () => {
    it('holds what was written, replaced and appended, and lists it sorted', async () => {
      const store = await opened();
      expect(await store.list('')).toEqual([]);
      expect(await store.list('checkpoints')).toEqual([]);
      await store.writeWhole('b.json', utf8('old'));
      await store.writeWhole('b.json', utf8('new'));
      await store.writeWhole('checkpoints/2', utf8('two'));
      await store.append('tensorboard/a/events', utf8('one,'));
      await store.append('tensorboard/a/events', utf8('two'));
      await store.append('b.json', utf8('er'));
      expect(await textOf(store, 'b.json')).toBe('newer');
      expect(await textOf(store, 'tensorboard/a/events')).toBe('one,two');
      expect(await store.list('')).toEqual(['b.json', 'checkpoints', 'tensorboard']);
      expect(await store.list('tensorboard')).toEqual(['a']);
    });

    it('a file that is not there is no file, and is removed already', async () => {
      const store = await opened();
      await expect(store.read('a.txt')).rejects.toThrow('a.txt');
      await store.writeWhole('a.txt', utf8('a'));
      await store.remove('a.txt');
      await store.remove('a.txt');
      expect(await store.list('')).toEqual([]);
      await expect(store.read('a.txt')).rejects.toThrow('a.txt');
    });

    it('what is read is the reader’s own', async () => {
      const store = await opened();
      const bytes = utf8('abc');
      await store.writeWhole('a', bytes);
      bytes[0] = 0;
      (await store.read('a'))[1] = 0;
      expect(await textOf(store, 'a')).toBe('abc');
    });

    it('D7: one trainer at a time; when it has ended the next may', async () => {
      const open = await openPlace();
      const [first, second] = [open(), open()];
      const lock = await first.lock();
      expect(await second.list('')).toEqual(['lock']);
      await expect(second.lock()).rejects.toMatchObject({ code: 'usage/run-in-use', exitCode: 2 });
      await expect(first.lock()).rejects.toMatchObject({ code: 'usage/run-in-use' });
      await lock.release();
      expect(await first.list('')).toEqual([]);
      const next = await second.lock();
      await lock.release(); // not its own any more
      await expect(first.lock()).rejects.toMatchObject({ code: 'usage/run-in-use' });
      await next.release();
    });

    it('D7: a run that is replaced stays locked', async () => {
      const open = await openPlace();
      const store = open();
      const lock = await store.lock();
      await store.writeWhole('run.json', utf8('{}'));
      await store.writeWhole('checkpoints/1', utf8('one'));
      await store.clear();
      expect(await store.list('')).toEqual(['lock']);
      await expect(open().lock()).rejects.toMatchObject({ code: 'usage/run-in-use' });
      await lock.release();
      await store.clear();
    });
  });
}

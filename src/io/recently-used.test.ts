import { describe, expect, it } from 'vitest';
import { recentlyUsed } from './recently-used.ts';

describe('values recently used', () => {
  it('are kept as long as they fit, the last one always, and loaded once at a time', async () => {
    const loaded: string[] = [];
    const get = recentlyUsed<number>(10, (bytes) => bytes);
    const ask = (key: string, bytes: number) =>
      get(key, async () => {
        loaded.push(key);
        return bytes;
      });
    await Promise.all([ask('a', 4), ask('a', 4)]);
    await ask('b', 4);
    await ask('a', 4); // now b is the oldest
    await ask('c', 4);
    await ask('a', 4);
    await ask('b', 4);
    expect(loaded).toEqual(['a', 'b', 'c', 'b']);
    await ask('large', 100);
    await ask('large', 100);
    await ask('a', 4);
    expect(loaded.slice(4)).toEqual(['large', 'a']);
  });

  it('that failed are tried again', async () => {
    const get = recentlyUsed<number>(10, () => 1);
    await expect(get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await get('a', async () => 3)).toBe(3);
  });
});

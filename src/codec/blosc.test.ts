import NumcodecsBlosc from 'numcodecs/blosc';
import { describe, expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { decodeBlosc } from './blosc.ts';
import { decodeLz4 } from './lz4.ts';

/** (i div 40) * 263 as 800 uint16. */
const SAMPLES = Uint16Array.from({ length: 800 }, (_, i) => Math.floor(i / 40) * 263);
const STEPS = new Uint8Array(SAMPLES.buffer);

/** STEPS as numcodecs for Python (0.16.6, c-blosc 1.21) writes it: blocks of 512 bytes, level 9. Compressor, shuffle, base64. */
const WRITTEN = [
  [
    'blosclz',
    'none',
    'AgEAAkAGAABABgAAsgAAABQAAABLAAAAIwAAAADgQgMCAAcB4EQBAgEOAuBEAQICFQPgRAECAxwE4EQBAgQjBeBEAQIFKgbgRAECBjEH4EQBAgc4COBEAQIIPwngQgECCT8JSwAAACNGCkYK4EIDAgpNC+BEAQILVAzgRAECDFsN4EQBAg1iDuBEAQIOaQ/gRAECD3AQ4EQBAhB3EeBEAQIRfhLgRAECEoUT4EIBAhOFEw==',
  ],
  [
    'blosclz',
    'bytes',
    'AgEBAkAGAABABgAAGAEAABQAAAB+AAAAIwAAAADgGgMBAAfgHQABBw7gHQABDhXgHQABFRzgHQABHCPgHQABIyrgHQABKjHgHQABMTjgHQABOD/gHQABP0bgHQABRk3gHQABTVTgHQABVFvgHQABW2LgHQABYmngHQABaXDgHQABcHfgHQABd37gHQABfoXgGwAChYWFfgAAACMAAAAA4BoDAQAB4B0AAQEC4B0AAQID4B0AAQME4B0AAQQF4B0AAQUG4B0AAQYH4B0AAQcI4B0AAQgJ4B0AAQkK4B0AAQoL4B0AAQsM4B0AAQwN4B0AAQ0O4B0AAQ4P4B0AAQ8Q4B0AARAR4B0AARES4B0AARIT4BsAAhMTEw==',
  ],
  [
    'blosclz',
    'bits',
    'AgEEAkAGAABABgAAAAEAABQAAACWAAAAKQAAAAAA///////gWgkD/////4BoBgAAAAAAAP/AAAH/AMAA4D0T4AEB4AFZ4AEA4AFj4AEB4Bon4AEiAgD//6AO4BAJA/////+AMeAQIuALT+AGAAEA/8AA4AYs4AEB4AsY4AsTA//////gAhjgCwDgAW3gBgHgAU/gAQDgJCzgGgDgEE/gCwHgC5DgRwAFAP//////TgAAACkAAAAAAP//////4FUJBgAAAAAAAP/AAAH/AMAA4EcT4AEA4AFZ4AEB4AF34AEA4B8n4B8A4AtP4AsB4AuL4EcA4AuL4Ft34L0AAgAAAA==',
  ],
  [
    'lz4',
    'none',
    'AgEgAkAGAABABgAAnwAAABQAAABBAAAAHwABADwvBwECADsvDgICADsvFQMCADsvHAQCADsvIwUCADsvKgYCADsvMQcCADsvOAgCADsvPwkCADZQCT8JPwlCAAAAL0YKAgA7L00LAgA7L1QMAgA7L1sNAgA7L2IOAgA7L2kPAgA7L3AQAgA7L3cRAgA7L34SAgA7L4UTAgA2UBOFE4UT',
  ],
  [
    'lz4',
    'bytes',
    'AgEhAkAGAABABgAA8AAAABQAAABqAAAAHwABABQfBwEAFB8OAQAUHxUBABQfHAEAFB8jAQAUHyoBABQfMQEAFB84AQAUHz8BABQfRgEAFB9NAQAUH1QBABQfWwEAFB9iAQAUH2kBABQfcAEAFB93AQAUH34BABQfhQEAD1CFhYWFhWoAAAAfAAEAFB8BAQAUHwIBABQfAwEAFB8EAQAUHwUBABQfBgEAFB8HAQAUHwgBABQfCQEAFB8KAQAUHwsBABQfDAEAFB8NAQAUHw4BABQfDwEAFB8QAQAUHxEBABQfEgEAFB8TAQAPUBMTExMT',
  ],
  [
    'lz4',
    'bits',
    'AgEkAkAGAABABgAAeAEAABQAAADQAAAAEAABABD/AQAACQAQAAkADwoASAECAAFfAAECAAEPAAECAAEPAAECAAEPAAECAAEPAAECAAEPAAECAAEPAAECAAEPAAECAAEPAAECAAEPAAsCAAEZAAsCAAsjAAECAAsjAAECAAEZAAYCAAEUAAECAAEUAA8KAAsBAgAPIwALAR4AAQIABi0ACwIAARkAAQIABhkAAQ8ABgIADxkAAQ8UAAEBAgAGGQAPAgABASMADwIAAQ8tAC4PAgAQD3gAAQ8CAAYPUAAQDwIALlD//////4wAAAAQAAEAEP8BAAAJABAACQAPCgBDAQIAAV8AAQIAAQ8AAQIAAQ8AAQIAAQ8AAQIAAQ8AAQIAAQ8AAQIAAQ8AAQIAAQ8AAQIAAQ8AAQIAAQ8ACwIAARkACwIACyMAAQIACyMAAQIAARkADwIAJAFBAA8CABAPXwAkDwIAGg+HAAEPQQAaDwIA51AAAAAAAA==',
  ],
  [
    'zlib',
    'none',
    'AgFgAkAGAABABgAAfQAAABQAAAAwAAAAeNpjYKAuYGekLuRjoi4UZaYulGGhLlRmpS7UYqMuNGSnLrTgoC6056QuBADhkThBMQAAAHjac+Nyoyr05aYuDOGhLozmpS5M4qMuzOSnLiwQoC4sF6QurBOiLmwVpi4EAKpttUE=',
  ],
  [
    'zlib',
    'bytes',
    'AgFhAkAGAABABgAAjwAAABQAAAA/AAAAeNqNwRECwCAAAMAsm2Wz2SzLslmWzWZZls32733h7kIwEW0ooR0d6EQZFVTRhRrq6EYPGmiihV70oR+Gpc/RNAAAAHjajcGBAYAQAAAwUiEK9f+vvbAtBBPRhhLa0YFOlFFBFV2ooY5u9KCBJlroRR/6ATp6HbE=',
  ],
  [
    'zlib',
    'bits',
    'AgFkAkAGAABABgAAegAAABQAAAA3AAAAeNpjYACC/yDAQAcWgktjMWyyFKtDkyDWq/hZ2Lgk+ZJMxcSGC0mBSIQdpFtORTtIdxAAAVlcsicAAAB42mNgAIL/IMBAWxaCS2MxbLLUUUcs+E8kYKADGCh7hwsAAJ8qxzk=',
  ],
  [
    'zstd',
    'none',
    'AgGQAkAGAAAAAgAAywAAACAAAABQAAAAgQAAALUAAAAsAAAAKLUv/WAAARUBAHAABwEOAhUDHAQjBSoGKgegEDD6wMMB96IX3egF3VAzyl0tAAAAKLUv/WAAAR0BAHgqBjEHOAg/CUYKTQtUDFQHoBDiB8DDAZIWXXSjFl3RM3cNMAAAACi1L/1gAAE1AQCIVAxbDWIOaQ9wEHcRfhKFE4UIoBDqB8DDAceii2500Yuu0WTiAhIAAAAotS/9IEBNAAAYhROFAQBKckM=',
  ],
  [
    'zstd',
    'bytes',
    'AgGRAkAGAAAAAgAAzAAAACAAAABPAAAAgAAAALQAAAArAAAAKLUv/WAAAQ0BAHgABw4VHCMqAAECAwQFBgYOmBD4BgAQ/saI//cDEAx4MC0AAAAotS/9YAABHQEAeCoxOD9GTVQGBwgJCgsMDA6YEPgGABD+PxM7Ju4DAnlBCgwwAAAAKLUv/WAAATUBALhUW2JpcHd+hQwNDg8QERITExMTExMTEw9YAQAQBsX//32AAsAMFAAAACi1L/0gQF0AABiFExMCAEDEBrAB',
  ],
  [
    'zstd',
    'bits',
    'AgGUAkAGAAAAAgAAEQEAACAAAABfAAAAogAAAOgAAAA7AAAAKLUv/WAAAY0BAEKDAwbgDwBgTAq+vy/A/3wQDAAcnCqPhYCwIQwsBxxI/G0KKQ1oCADi+ybFTbl2KV0/AAAAKLUv/WAAAa0BAILDAwbgDwBgTAp++KD/ATgfAQ0AHE/H04gEGMoYAwMLB6KCFG9CCiNkpQCZtIKP4X64SukCQgAAACi1L/1gAAHFAQByhQQG4A8AYEwKUAHfB//X/wD8D74NAIybYKoNKFYCHSNAWJsG1nigYUBsH/g9tH2GPy83eVUKEiUAAAAotS/9IEDlAACQ/////wAAAAD/////AP8AAAAAAwBLUQLx1YEv',
  ],
] as const;
/** STEPS as a length and a block of LZ4, by numcodecs for Python. */
const LZ4 =
  'QAYAAB8AAQA8LwcBAgA7Lw4CAgA7LxUDAgA7LxwEAgA7LyMFAgA7LyoGAgA7LzEHAgA7LzgIAgA7Lz8JAgA7L0YKAgA7L00LAgA7L1QMAgA7L1sNAgA7L2IOAgA7L2kPAgA7L3AQAgA7L3cRAgA7L34SAgA7L4UTAgA2UBOFE4UT';

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

describe('Blosc', () => {
  it.each(WRITTEN)('reads what c-blosc writes: %s, shuffled %s', async (_, __, base64) => {
    expect(await decodeBlosc(bytesOf(base64), STEPS.length)).toEqual(STEPS);
  });

  it('reads what numcodecs writes of noise and of many lengths', async () => {
    const { integer } = random(5);
    for (const cname of ['blosclz', 'lz4', 'lz4hc', 'zlib', 'zstd'])
      for (const shuffle of [0, 1, 2]) {
        const codec = NumcodecsBlosc.fromConfig({ id: 'blosc', cname, clevel: 5, shuffle, blocksize: 0 });
        for (const length of [1, 7, 127, 128, 129, 1024, 1028, 20001]) {
          const top = 1 + integer(256); // few values compress, many do not
          const bytes = Uint8Array.from({ length }, (_, i) => (i % 4 === 0 ? integer(top) : i >> 12));
          expect(await decodeBlosc(await codec.encode(bytes), length), `${cname} ${shuffle} ${length}`).toEqual(bytes);
        }
      }
  });

  it('I1: a chunk that is cut anywhere is refused', async () => {
    for (const [, , base64] of WRITTEN) {
      const chunk = bytesOf(base64);
      for (let length = 0; length < chunk.length; length++)
        await expect(decodeBlosc(chunk.subarray(0, length), STEPS.length), `${length}`).rejects.toThrow(Error);
    }
  });

  it('I1: of a damaged chunk come as many bytes as it says, or an Error', async () => {
    const { integer } = random(6);
    for (const [, , base64] of WRITTEN)
      for (let i = 0; i < 150; i++) {
        const chunk = bytesOf(base64);
        chunk[integer(chunk.length)] ^= 1 << integer(8);
        const decoded = await decodeBlosc(chunk, STEPS.length).catch((error: unknown) => error);
        if (decoded instanceof Uint8Array) expect(decoded.length).toBeLessThanOrEqual(STEPS.length);
        else expect(decoded).toMatchObject({ message: expect.stringMatching(/\w/) });
      }
  });

  it('I2: more than is expected, or than it can hold, is refused before it is allocated', async () => {
    const chunk = bytesOf(WRITTEN[3][2]);
    await expect(decodeBlosc(chunk, STEPS.length - 1)).rejects.toThrow(/says that 1600 bytes/);
    new DataView(chunk.buffer).setUint32(4, 2 ** 31, true);
    await expect(decodeBlosc(chunk, 2 ** 32)).rejects.toThrow(/says that 2147483648 come out/);
  });

  it('refuses Snappy and later versions by name', async () => {
    const chunk = bytesOf(WRITTEN[3][2]);
    chunk[2] = (chunk[2] & 31) | (2 << 5);
    await expect(decodeBlosc(chunk, STEPS.length)).rejects.toThrow(/Snappy/);
    chunk[0] = 5;
    await expect(decodeBlosc(chunk, STEPS.length)).rejects.toThrow(/version 5/);
  });
});

describe('LZ4', () => {
  const block = bytesOf(LZ4).subarray(4);

  it('reads what numcodecs for Python writes', () => {
    const out = new Uint8Array(STEPS.length);
    decodeLz4(block, out);
    expect(out).toEqual(STEPS);
  });

  it('I1: a block that is cut anywhere, or whose length is another, is refused', () => {
    for (let length = 0; length < block.length; length++)
      expect(() => decodeLz4(block.subarray(0, length), new Uint8Array(STEPS.length)), `${length}`).toThrow(Error);
    for (const length of [0, STEPS.length - 1, STEPS.length + 1])
      expect(() => decodeLz4(block, new Uint8Array(length)), `${length}`).toThrow(Error);
  });
});

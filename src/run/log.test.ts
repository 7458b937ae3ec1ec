import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openLog, parseLog } from './log.ts';
import { memoryStore } from './testing/memory-store.ts';

const date = () => '2026-01-02T03:04:05.678Z';
const schema = 'unstained.log/1';
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

it('a run’s log is one JSON object a line', async () => {
  const store = memoryStore();
  const log = await openLog(store, date);
  await log.add('start', { values: { version: '0.1.0', threads: 2 } });
  await log.add('validation', { step: 100, values: { r: 0.75, loss: NaN } });
  await log.add('note', { text: 'two\nlines' });
  expect(textOf(store.files.get('log.jsonl'))).toBe(
    `{"schema":"${schema}","time":"${date()}","kind":"start","values":{"version":"0.1.0","threads":2}}\n` +
      `{"schema":"${schema}","time":"${date()}","kind":"validation","step":100,"values":{"r":0.75,"loss":null}}\n` +
      `{"schema":"${schema}","time":"${date()}","kind":"note","text":"two\\nlines"}\n`,
  );
});

it('D4: cut anywhere by a kill, the log is read without the line that was cut, and goes on', async () => {
  const whole = memoryStore();
  const log = await openLog(whole, date);
  for (const text of ['β-tubulin', 'second', 'third 🧫']) await log.add('note', { text });
  const bytes = whole.files.get('log.jsonl')!;
  const ends = [...bytes.keys()].filter((at) => bytes[at] === 10);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length), async (length) => {
      const store = memoryStore();
      store.files.set('log.jsonl', bytes.slice(0, length));
      const lines = ends.filter((end) => end <= length).length; // without its line's end the record is whole too
      expect(parseLog(bytes.slice(0, length)).records).toEqual(parseLog(bytes).records.slice(0, lines));
      await (await openLog(store, date)).add('resume', { step: 7 });
      const { records, torn } = parseLog(store.files.get('log.jsonl')!);
      expect(records.slice(0, -1)).toEqual(parseLog(bytes).records.slice(0, lines));
      expect(records.at(-1)).toEqual({ schema, time: date(), kind: 'resume', step: 7 });
      expect(torn).toBe(length === 0 || ends.some((end) => length === end || length === end + 1) ? 0 : 1);
    }),
    { seed: 1, numRuns: 300 },
  );
});

it('lines that are no records are counted, not believed', () => {
  const line = JSON.stringify({ schema, time: date(), kind: 'end', step: 5 });
  const bytes = new TextEncoder().encode(`\0\0\0\n${line}\n[]\n{"schema":"other/1"}\n${line}`);
  const { records, torn } = parseLog(bytes);
  expect(records).toEqual([JSON.parse(line), JSON.parse(line)]);
  expect(torn).toBe(3);
});

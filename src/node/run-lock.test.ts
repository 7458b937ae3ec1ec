import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { identifyProcess } from './process-identity.ts';
import { takeLock, type LockFile } from './run-lock.ts';

const root = mkdtempSync(join(tmpdir(), 'unstained-lock-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder = '';
let tests = 0;
beforeEach(() => {
  folder = join(root, String(tests++));
  mkdirSync(folder);
});

const lockId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const goneProcess = identifyProcess(spawnSync(process.execPath, ['-e', '']).pid);
/** What a process that was killed left. */
function leaveLock(name: string, id: number, changes: Partial<LockFile> = {}, inFolder = folder): void {
  const lock: LockFile = {
    schema: 'unstained.lock/1',
    id: lockId(id),
    ...goneProcess,
    since: '2026-01-02T03:04:05.678Z',
    ...changes,
  };
  writeFileSync(join(inFolder, name), JSON.stringify(lock));
}
const take = () => takeLock(join(folder, 'lock'), 'runs/dna');
const program = (text: string) => [
  '--import',
  'tsx',
  '--input-type=module',
  '-e',
  `import { takeLock } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'run-lock.ts')).href)}; ${text}`,
];

it('D7: the file says who holds the lock, and is gone with it', async () => {
  const lock = await take();
  expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toEqual({
    schema: 'unstained.lock/1',
    id: expect.any(String),
    ...identifyProcess(),
    since: expect.stringMatching(/^20\d\d-.*Z$/),
  });
  expect(readdirSync(folder)).toEqual(['lock']);
  await lock.release();
  await lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

it('D7: a second trainer is told who trains, since when, and what to do', async () => {
  const owner = spawn(
    process.execPath,
    program(`await takeLock(${JSON.stringify(join(folder, 'lock'))}, 'runs/dna');
    console.log('taken'); setInterval(() => {}, 1000);`),
  );
  await once(owner.stdout, 'data');
  await expect(take()).rejects.toMatchObject({
    code: 'usage/run-in-use',
    exitCode: 2,
    what: expect.stringMatching(`^runs/dna is in use: process ${owner.pid} on ${hostname()} trains there since 20..-`),
    remedy: expect.stringContaining(`kill ${owner.pid}`),
  });
  owner.kill('SIGKILL');
  await once(owner, 'close');
  const lock = await take(); // killed, it holds nothing any more
  expect(readdirSync(folder)).toEqual(['lock']);
  await lock.release();
});

it('D7: a lock of another machine is never taken over, whatever its process is here', async () => {
  leaveLock('lock', 1, { host: 'cluster-07' });
  await expect(take()).rejects.toMatchObject({
    code: 'usage/run-in-use',
    what: expect.stringMatching(/process \d+ on cluster-07 locked it at 2026-01-02T03:04:05/),
    remedy: expect.stringMatching(`remove the lock and try again: rm .*${tests - 1}.lock`),
  });
  expect(readFileSync(join(folder, 'lock'), 'utf8')).toContain('cluster-07');
});

it.each(['', 'null', '{"schema":"unstained.lock/2"}', '{"schema":"unstained.lock/1","id":"../../run.json"}'])(
  'D7: a lock that says nothing of its owner (%s) is not taken over',
  async (text) => {
    writeFileSync(join(folder, 'lock'), text);
    await expect(take()).rejects.toMatchObject({
      code: 'usage/run-in-use',
      what: expect.stringContaining('does not say'),
    });
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(text);
  },
);

it('D7: killed while it took over, a process leaves what the next can take over', async () => {
  leaveLock('lock', 1);
  leaveLock(`.lock-${lockId(1)}`, 2); // died with the right to replace the first,
  leaveLock(`.lock-${lockId(2)}`, 3); // and another with the right to replace that
  leaveLock(`.lock-${lockId(9)}`, 10); // and one after it had replaced a lock of before
  const lock = await take();
  expect(readdirSync(folder)).toEqual(['lock']);
  await lock.release();
});

// Each process tries at the same millisecond, round after round: on a free place, on a dead lock, on one with a dead right.
it('D7: of many that come at once exactly one gets the lock', async () => {
  const rounds = 60;
  const places = Array.from({ length: rounds }, (_, round) => join(folder, String(round)));
  for (const [round, place] of places.entries()) {
    mkdirSync(place);
    if (round % 3 > 0) leaveLock('lock', 1, {}, place);
    if (round % 3 > 1) leaveLock(`.lock-${lockId(1)}`, 2, {}, place);
  }
  const racers = Array.from({ length: 6 }, () =>
    spawn(
      process.execPath,
      program(`
        console.log('ready');
        const start = await new Promise((resolve) => process.stdin.once('data', (data) => resolve(Number(data))));
        const won = [];
        for (const [round, place] of ${JSON.stringify(places)}.entries()) {
          while (Date.now() < start + 10 * round);
          try { await takeLock(place + '/lock', place); won.push(round); }
          catch (error) { if (error.code !== 'usage/run-in-use') throw error; }
        }
        console.log(JSON.stringify(won));
        process.stdin.once('data', () => process.exit()); // all hold what they have until all have tried`),
      { stdio: ['pipe', 'pipe', 'inherit'] },
    ),
  );
  const say = (text: string) => racers.forEach(({ stdin }) => stdin.write(text));
  const answers = () =>
    Promise.all(racers.map(async ({ stdout }) => String(((await once(stdout, 'data')) as [Buffer])[0])));
  await answers();
  const results = answers();
  say(String(Date.now() + 50));
  const won = (await results).flatMap((answer) => JSON.parse(answer) as number[]);
  say('end');
  expect(won.sort((a, b) => a - b)).toEqual(places.map((_, round) => round));
  expect(readdirSync(folder, { recursive: true }).filter((name) => name.includes('.unfinished'))).toEqual([]);
});

/** The built program, killed and stopped: whatever the instant, it goes on to the bits of a run that nothing stopped. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { random } from '../../src/core/index.ts';
import {
  checkpointsOf,
  cleanUp,
  endlessArgs,
  goOn,
  isBuilt,
  outcomeOf,
  resumeArgs,
  start,
  steps,
  succeed,
  trainArgs,
  writePair,
  type Outcome,
} from './tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-kills-'));
afterAll(() => cleanUp(folder));
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 }); // of many processes, on a machine that may be busy

interface RunState {
  readonly state: string;
  readonly step: number;
}

const isWindows = process.platform === 'win32'; // where a signal ends a process, whatever that does
const training = { steps: 40, every: 5 };
let unbroken: Outcome;
let unbrokenMs = 0;

describe.skipIf(!isBuilt)('a training that is stopped', () => {
  beforeAll(async () => {
    await writePair(folder);
    const began = performance.now();
    await succeed(folder, trainArgs(training, 'unbroken'));
    unbrokenMs = performance.now() - began;
    unbroken = outcomeOf(folder, 'unbroken', training);
  });

  it.each([1, 2, 3])('D4: killed at random instants (seed %i), it goes on to the same bits', async (seed) => {
    const out = `killed-${seed}`;
    const source = random(seed);
    let running = start(folder, trainArgs(training, out));
    for (let kills = 0; kills < 3; kills++) {
      const timer = setTimeout(running.kill, source.uniform() * unbrokenMs, 'SIGKILL');
      const { code, signal, err } = await running.ended;
      clearTimeout(timer);
      expect(code === 0 || signal === 'SIGKILL', err).toBe(true);
      running = goOn(folder, training, out);
    }
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(outcomeOf(folder, out, training)).toEqual(unbroken);
  });

  /** Goes on for some more steps with an endless training that was stopped, and compares with one that was not. */
  async function expectToGoOn(out: string): Promise<void> {
    const { state, step } = JSON.parse(readFileSync(join(folder, out, 'run.json'), 'utf8')) as RunState;
    expect(state).toBe('interrupted');
    const steps = step + 20;
    await succeed(folder, [...resumeArgs(out), '--steps', String(steps)]);
    await succeed(folder, endlessArgs({ every: 1000, steps }, `unbroken-${out}`));
    expect(outcomeOf(folder, out, { steps })).toEqual(outcomeOf(folder, `unbroken-${out}`, { steps }));
  }

  it.skipIf(isWindows).each(['SIGINT', 'SIGTERM', 'SIGUSR1'] as const)(
    'D5: %s saves at the next step, exits 75, and the run goes on to the same bits',
    async (signal) => {
      const running = start(folder, endlessArgs({ every: 1000 }, signal));
      await steps(folder, signal, running);
      running.kill(signal);
      const { code, err } = await running.ended;
      expect(err).toContain('Stopping after this step; the state will be saved.');
      expect(err).not.toContain('Debugger');
      expect(code).toBe(75);
      await expectToGoOn(signal);
    },
  );

  it.skipIf(isWindows)('D5: saves when it is told to stop though nobody reads any more what it says', async () => {
    const running = start(folder, endlessArgs({ every: 1000 }, 'alone'));
    await steps(folder, 'alone', running);
    running.stopReading();
    running.kill('SIGINT'); // at which it says that it stops
    expect(await running.ended).toMatchObject({ code: 75 });
    await expectToGoOn('alone');
  });

  it.skipIf(isWindows)('D5: a second SIGINT within five seconds stops at once', async () => {
    const running = start(folder, endlessArgs({ every: 1000, batch: 4000 }, 'impatient')); // a step lasts a second
    await steps(folder, 'impatient', running, 300);
    running.kill('SIGINT');
    await running.says('Stopping after this step');
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ signal: 'SIGINT', code: null }); // 130 in a shell
    expect(checkpointsOf(folder, 'impatient')).toEqual([]); // the step was not waited for
  });

  it('D3: one byte flipped anywhere in the newest checkpoint: it is named, and the one before is used', async () => {
    await succeed(folder, trainArgs(training, 'flipped'));
    const [before, newest] = checkpointsOf(folder, 'flipped');
    const [good, earlier] = [readFileSync(newest), readFileSync(before)];
    const header = Number(good.readBigUInt64LE(0));
    const regions = {
      'length of the header': 0,
      'schema of the header': good.indexOf('unstained.checkpoint'),
      digest: good.indexOf('"sha256":"') + 15,
      'random state': good.indexOf('random') + 12,
      'first tensor': 8 + header,
      middle: 8 + header + Math.floor((good.length - header) / 2),
      'last byte': good.length - 1,
    };
    for (const [region, at] of Object.entries(regions)) {
      const damaged = Buffer.from(good);
      damaged[at] ^= 1;
      writeFileSync(newest, damaged);
      writeFileSync(before, earlier);
      const { code, err } = await start(folder, resumeArgs('flipped')).ended;
      expect(code, region).toBe(0);
      expect(err, region).toContain('step-000000040.safetensors');
      expect(err, region).toContain('Going on from the one before');
      expect(outcomeOf(folder, 'flipped', training), region).toEqual(unbroken);
    }
  });

  it('D3: with all checkpoints damaged the run is refused, and what is intact is told', async () => {
    await succeed(folder, trainArgs(training, 'lost'));
    const files = checkpointsOf(folder, 'lost');
    for (const file of files) writeFileSync(file, readFileSync(file).subarray(0, -1));
    const { code, err } = await start(folder, resumeArgs('lost')).ended;
    expect(code).toBe(3);
    for (const file of files) expect(err).toContain(file.slice(file.indexOf('lost')));
    expect(err).toMatch(/Still in the folder: .*config\.yaml.*losses\.csv/);
  });

  it('D7: two trainers on one folder: the second is refused, the first goes on', async () => {
    const first = start(folder, endlessArgs({ every: 1000 }, 'locked'));
    await steps(folder, 'locked', first);
    const { code, err } = await start(folder, resumeArgs('locked')).ended;
    expect(code).toBe(2);
    expect(err).toContain(`locked is in use: process ${first.pid} on `);
    first.kill('SIGKILL');
    await first.ended;
    await succeed(folder, [...resumeArgs('locked'), '--steps', '10']); // its lock is taken over
  });
});

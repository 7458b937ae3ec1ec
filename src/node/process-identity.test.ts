import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { identifyProcess, stateOfProcess } from './process-identity.ts';

const proc = existsSync('/proc/self/stat');

it('this process runs, one that has ended is gone', () => {
  expect(stateOfProcess(identifyProcess())).toBe('running');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  expect(stateOfProcess(identifyProcess(pid))).toBe('gone');
});

it.skipIf(!proc)('another process that was given the number is not taken for the first', () => {
  const here = identifyProcess();
  expect(here.startTicks).toBeGreaterThan(0);
  expect(stateOfProcess({ ...here, startTicks: here.startTicks! - 1 })).toBe('gone');
});

it.skipIf(!proc)('a killed process whose parent never asks for it is gone', async () => {
  const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000']); // sleep asks for no child
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const child = identifyProcess(Number(line.toString()));
  expect(stateOfProcess(child)).toBe('running');
  process.kill(child.pid, 'SIGKILL');
  await expect.poll(() => stateOfProcess(child)).toBe('gone');
  expect(process.kill(child.pid, 0)).toBe(true); // and its number is still there
  parent.kill('SIGKILL');
});

it('what cannot be seen from here is not called gone', () => {
  const here = { ...identifyProcess(), pid: 2 ** 30 };
  expect(stateOfProcess(here)).toBe('gone');
  expect(stateOfProcess({ ...here, host: 'elsewhere' })).toBe('unknown');
  expect(stateOfProcess({ ...here, machine: 'another of this name' })).toBe('unknown');
  expect(stateOfProcess({ ...here, pidSpace: 'pid:[1]' })).toBe('unknown');
});

it('nothing runs any more of before the machine was started again', () => {
  const here = identifyProcess();
  expect(stateOfProcess({ ...here, boot: 'before' })).toBe(here.machine === null ? 'unknown' : 'gone');
});

/**
 * Trainings that are killed at random instants and go on: whether they come to the bits of one that nothing stopped.
 *
 *     npm run build && npm run bench:kills -- [--kills 100] [--steps 200] [--every 10] [--seed 7] [--write]
 *
 * Each training is a fresh one. It is killed (SIGKILL) at a random instant, every second one also while it goes on after that, up
 * to three times; then it goes on to its end. One kill in four is drawn over the whole time that the training would take from
 * the start of its process; the others, since a process of a short training mostly starts, over the time from its first step on.
 * Prints a table; `--write` puts it into docs/durability.md. Ends with 1 where a training came to other bits.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { random } from '../src/core/index.ts';
import {
  checkpointsOf,
  goOn,
  isBuilt,
  outcomeOf,
  start,
  steps,
  trainArgs,
  writePair,
  type RunningProgram,
  type TinyTraining,
} from '../tests/durability/tiny-training.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    steps: { type: 'string', default: '200' },
    every: { type: 'string', default: '10' },
    seed: { type: 'string', default: '7' },
    write: { type: 'boolean', default: false },
  },
});
const [kills, every, seed] = [values.kills, values.every, values.seed].map(Number);
const training: TinyTraining = { steps: Number(values.steps), every };
if (!isBuilt) throw new Error('Build first: npm run build');

/** What a kill left, in the order of a training's life. */
const PLACES = [
  'before there was a run',
  'before the first checkpoint',
  'between two saves',
  'in a save: a file half written',
  'in a save: losses written, no checkpoint yet',
  'in a save: checkpoint written, the one before the last not removed yet',
  'after the last checkpoint',
] as const;
type Place = (typeof PLACES)[number];

/** A training that was killed. */
interface Killed {
  readonly places: readonly Place[];
  readonly isEqual: boolean;
}

const folder = mkdtempSync(join(tmpdir(), 'unstained-kills-'));
let [startMs, wholeMs] = [0, 0]; // of an unbroken training: to its first step, and to its end
try {
  await writePair(folder);
  const began = performance.now();
  const first = start(folder, trainArgs(training, 'unbroken'));
  await steps(folder, 'unbroken', first);
  startMs = performance.now() - began;
  const { code, err } = await first.ended;
  if (code !== 0) throw new Error(`The unbroken training ended with ${code}: ${err}`);
  wholeMs = performance.now() - began;
  const unbroken = outcomeOf(folder, 'unbroken', training);
  console.log(`unbroken: ${(startMs / 1000).toFixed(1)} s to the first step, ${(wholeMs / 1000).toFixed(1)} s in all`);

  const source = random(seed);
  const found: Killed[] = [];
  let killed = 0;
  for (let trial = 0; killed < kills; trial++) {
    const out = `killed-${trial}`;
    const most = Math.min(trial % 2 === 0 ? 1 : 3, kills - killed);
    const places: Place[] = [];
    let running = start(folder, trainArgs(training, out));
    while (places.length < most && (await isKilled(out, running, source.integer(4) > 0, source.uniform()))) {
      places.push(placeOf(out));
      running = goOn(folder, training, out);
    }
    if (places.length === 0) continue; // it was through before it could be killed: no kill
    const { code, err } = await running.ended;
    const isEqual = code === 0 && JSON.stringify(outcomeOf(folder, out, training)) === JSON.stringify(unbroken);
    if (!isEqual) console.log(`${out} (kept: ${folder}) came to other bits, code ${code}: ${err}`);
    killed += places.length;
    found.push({ places, isEqual });
    console.log(`${killed}/${kills} ${isEqual ? 'equal' : 'OTHER'}: ${places.join('; ')}`);
    if (isEqual) rmSync(join(folder, out), { recursive: true });
  }
  const table = formatFound(found);
  console.log(`\n${table}`);
  if (values.write) writeTable(table);
  process.exitCode = found.every(({ isEqual }) => isEqual) ? 0 : 1;
} finally {
  if (process.exitCode === 0) rmSync(folder, { recursive: true, force: true });
}

/** Whether the kill, at a part of the whole time or of that from the first step on, came before the program's own end. */
async function isKilled(out: string, running: RunningProgram, fromFirstStep: boolean, part: number): Promise<boolean> {
  const { kill, ended } = running;
  if (fromFirstStep) await steps(folder, out, running);
  const timer = setTimeout(kill, part * (fromFirstStep ? wholeMs - startMs : wholeMs), 'SIGKILL');
  const { code, signal, err } = await ended;
  clearTimeout(timer);
  if (signal === null && code !== 0) throw new Error(`It ended with ${code}: ${err}`);
  return signal === 'SIGKILL';
}

function placeOf(out: string): Place {
  const at = (name: string) => join(folder, out, name);
  if (!existsSync(at('run.json'))) return 'before there was a run';
  const checkpoints = checkpointsOf(folder, out);
  const names = readdirSync(at(''), { recursive: true, encoding: 'utf8' });
  const isHalf = names.some(
    (name) => name.endsWith('.unfinished') && !name.includes('run.json') && !name.includes('report'),
  );
  const lastSaved = Number(/step-(\d+)/.exec(checkpoints.at(-1) ?? '')?.[1] ?? 0);
  const rows = existsSync(at('losses.csv'))
    ? readFileSync(at('losses.csv'), 'utf8').trimEnd().split('\n').length - 1
    : 0;
  if (lastSaved >= training.steps) return 'after the last checkpoint';
  if (isHalf) return 'in a save: a file half written';
  if (rows > lastSaved) return 'in a save: losses written, no checkpoint yet';
  if (checkpoints.length > 2) return 'in a save: checkpoint written, the one before the last not removed yet';
  return checkpoints.length === 0 ? 'before the first checkpoint' : 'between two saves';
}

function formatFound(all: readonly Killed[]): string {
  const rows = PLACES.map((place) => {
    const hit = all.filter(({ places }) => places.includes(place));
    const count = all.flatMap(({ places }) => places).filter((one) => one === place).length;
    return `| ${place} | ${count} | ${hit.filter(({ isEqual }) => isEqual).length} of ${hit.length} |`;
  });
  const equal = all.filter(({ isEqual }) => isEqual).length;
  const total = all.reduce((sum, { places }) => sum + places.length, 0);
  const again = all.reduce((sum, { places }) => sum + places.length - 1, 0);
  return [
    '| where the kill hit | kills | trainings with such a kill that came to equal bits |',
    '| --- | ---: | ---: |',
    ...rows,
    `| **all** (${again} of them while a killed training went on) | **${total}** | **${equal} of ${all.length}** |`,
  ].join('\n');
}

function writeTable(table: string): void {
  const path = join(import.meta.dirname, '..', 'docs', 'durability.md');
  const [begin, end] = ['<!-- kills: begin -->', '<!-- kills: end -->'];
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  const command = `npm run bench:kills -- --kills ${kills} --steps ${training.steps} --every ${every} --seed ${seed}`;
  writeFileSync(path, `${text.slice(0, from)}\n\n\`${command}\`:\n\n${table}\n\n${text.slice(to)}`);
}

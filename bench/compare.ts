/**
 * Unstained beside PyTorch: the same network and the same work, in processes that take turns, one at a time, so that a
 * machine whose speed drifts slows both.
 *
 *     npm run bench -- [--only ROW,ROW] [--rounds 5] [--threads 1,2] [--json] [--write]
 *
 * PyTorch comes from PyPI into bench/.torch, a virtual environment that is made at the first run; Debian's python3-torch
 * takes part where it is installed. Of PyTorch the best of its layouts, eager and compiled, counts. Run nothing else
 * meanwhile: a process starts when the machine is quiet (quiet.ts).
 *
 * `--json` prints {"schema": "unstained.bench/1", "rows": [{"name", "ours": {"seconds", "peakGB"},
 * "pytorch": [{"version", "seconds", "peakGB"}], "ratio"}]}, and more keys in a row (results.ts). `--write` puts the rows
 * into docs/performance.json, each as soon as it is measured, and the tables into docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { dated, readResults, requireMarkers, SCHEMA, writeResults, type DatedResult } from './performance.ts';
import { findPyTorches, timePyTorch, timeUnstained, waysOf } from './programs.ts';
import { quietRunner } from './quiet.ts';
import { formatResult, programName, toResult, UNSTAINED } from './results.ts';
import { ROWS, type Row } from './rows.ts';
import { takeTurns, type Contestant } from './turns.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string' },
    threads: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const rows = chosenRows(values.only.flatMap((names) => names.split(',')));
const rounds = values.rounds === undefined ? undefined : positiveInteger('--rounds', values.rounds);
const threadCounts = values.threads.split(',').map((count) => positiveInteger('--threads', count));
if (values.write) requireMarkers();

const pytorches = findPyTorches();
const earlier = readResults();
const measured: DatedResult[] = [];
const quietly = quietRunner((line) => console.error(line));
for (const threads of threadCounts) {
  for (const row of rows) {
    const name = threadCounts.length > 1 ? `${row.name} (${threads})` : row.name;
    // To stderr, a line for each process: a run takes long, and stdout may be read as JSON.
    const note = (line: string) => console.error(`${name} ${line}`);
    try {
      const entries = takeTurns(contestantsOf(row, threads), rounds ?? row.rounds, note);
      const result = dated(toResult(row, threads, entries, pytorches), new Date());
      measured.push(result);
      if (values.write) writeResults([result]);
      if (!values.json) console.log(formatResult(result));
    } catch (error) {
      // The other rows are worth having.
      console.error(`${name} was not measured: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
}
if (values.json) console.log(JSON.stringify({ schema: SCHEMA, rows: measured }));

function contestantsOf(row: Row, threads: number): Contestant[] {
  const wonBefore = [...earlier, ...measured].findLast(
    (result) => result.name === row.waysOf && result.threads === threads,
  );
  return [
    { program: UNSTAINED, way: '', time: () => quietly(() => timeUnstained(row, threads)) },
    ...pytorches.flatMap((pytorch) => {
      const winner = wonBefore?.pytorch.find(({ from }) => from === pytorch.from)?.way;
      return waysOf(row, pytorch, winner).map((way) => ({
        program: programName(pytorch),
        way,
        ...(pytorch.from === 'Debian' ? { rounds: 1 } : {}), // ten times as slow as the other
        time: () => quietly(() => timePyTorch(pytorch, way, row, threads)),
      }));
    }),
  ];
}

function chosenRows(names: readonly string[]): readonly Row[] {
  const unknown = names.find((name) => !ROWS.some((row) => row.name === name));
  if (unknown !== undefined) {
    refuse(`There is no row ${unknown}; there are ${ROWS.map(({ name }) => name).join(', ')}.`);
  }
  return names.length === 0 ? ROWS : ROWS.filter(({ name }) => names.includes(name));
}

function positiveInteger(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) refuse(`${option} takes whole numbers from 1 on, not '${text}'.`);
  return value;
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

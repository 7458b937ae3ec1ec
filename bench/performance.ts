/**
 * docs/performance.json, the results of every row with the machine and versions that gave them, and the tables made from
 * it between two marker lines of docs/performance.md. A row that is measured again replaces the earlier one.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { formatRatio, formatSeconds, isDisturbed, programName, type Result } from './results.ts';
import { describeRow, ROWS } from './rows.ts';
import type { Summary } from './turns.ts';

export const SCHEMA = 'unstained.bench/1';

export interface DatedResult extends Result {
  readonly date: string;
  readonly machine: { readonly processor: string; readonly cores: number; readonly memoryGB: number };
  readonly versions: { readonly unstained: string; readonly 'onnxruntime-node': string; readonly node: string };
}

const BEGIN = '<!-- bench: begin -->';
const END = '<!-- bench: end -->';
const inRepository = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const RESULTS = inRepository('docs/performance.json');
const PAGE = inRepository('docs/performance.md');

export function dated(result: Result, now: Date): DatedResult {
  const versionIn = (path: string) =>
    (JSON.parse(readFileSync(inRepository(path), 'utf8')) as { readonly version: string }).version;
  return {
    ...result,
    date: now.toISOString().slice(0, 10),
    machine: {
      processor: cpus()[0].model.trim(),
      cores: availableParallelism(),
      memoryGB: Math.round(totalmem() / 1e9),
    },
    versions: {
      unstained: versionIn('package.json'),
      'onnxruntime-node': versionIn('node_modules/onnxruntime-node/package.json'),
      node: process.versions.node,
    },
  };
}

export function readResults(): DatedResult[] {
  if (!existsSync(RESULTS)) return [];
  const { schema, rows } = JSON.parse(readFileSync(RESULTS, 'utf8')) as { schema: string; rows: DatedResult[] };
  if (schema !== SCHEMA) throw new Error(`${RESULTS} has the schema ${schema}, not ${SCHEMA}: move it away.`);
  return rows;
}

/** Throws where the page has no place for the tables: before hours of measuring rather than after. */
export function requireMarkers(): void {
  splitPage();
}

export function writeResults(measured: readonly DatedResult[]): void {
  const results = mergeResults(readResults(), measured);
  const { before, after } = splitPage();
  writeFileSync(RESULTS, `${JSON.stringify({ schema: SCHEMA, rows: results }, null, 1)}\n`);
  writeFileSync(PAGE, `${before}${BEGIN}\n${formatTables(results)}\n${END}${after}`);
}

function splitPage(): { readonly before: string; readonly after: string } {
  const text = readFileSync(PAGE, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new Error(`${PAGE} lacks the lines ${BEGIN} and ${END}, in that order, between which the tables belong.`);
  }
  return { before: text.slice(0, begin), after: text.slice(end + END.length) };
}

export function mergeResults(earlier: readonly DatedResult[], measured: readonly DatedResult[]): DatedResult[] {
  const key = ({ name, threads }: Result) => `${name} ${threads}`;
  const merged = new Map([...earlier, ...measured].map((result) => [key(result), result]));
  const place = ({ name }: Result) => ROWS.findIndex((row) => row.name === name);
  return [...merged.values()]
    .filter((result) => place(result) >= 0) // a row that is no more
    .toSorted((a, b) => b.threads - a.threads || place(a) - place(b));
}

export function formatTables(results: readonly DatedResult[]): string {
  const threads = [...new Set(results.map((result) => result.threads))];
  const tables = threads.map((count) => formatTable(count, results));
  const legend = tables.some((table) => table.includes(DISTURBED)) ? LEGEND + DISTURBED_LEGEND : LEGEND;
  return [...tables, legend, formatSettings(results)].join('\n\n');
}

const DISTURBED = ', disturbed';
const LEGEND =
  'Processes in turn, the median of the rounds (fastest to slowest round). Of PyTorch the fastest of contiguous and ' +
  "channels_last, eager and compiled. The ratio is PyPI's PyTorch by Unstained: above 1 Unstained is faster; that of the " +
  'best compares the fastest rounds. Memory is the peak of the process.';
const DISTURBED_LEGEND = ' Disturbed: other programs ran meanwhile, so that the row is worth little; measure it again.';

function formatTable(threads: number, results: readonly DatedResult[]): string {
  const seconds = ['Unstained', 'PyTorch (PyPI)', 'PyTorch (Debian)'];
  const heads = ['row', 'work', ...seconds, 'ratio', 'of the best', "Debian's ratio", 'memory', "PyTorch's"];
  const rows = results.filter((result) => result.threads === threads).map(formatRow);
  const lines = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [`With ${threads} ${threads === 1 ? 'thread' : 'threads'}:`, '', ...lines].join('\n');
}

function formatRow(result: DatedResult): string[] {
  const { name, ours, pytorch, ratio, bestRatio, debianRatio } = result;
  const [pypi, debian] = (['PyPI', 'Debian'] as const).map((from) => pytorch.find((program) => program.from === from));
  const seconds = (summary: Summary) =>
    `${formatSeconds(summary.seconds)} s (${summary.spread.map(formatSeconds).join(' to ')})` +
    (summary.way === '' ? '' : `, ${summary.way}`) +
    (isDisturbed(summary) ? DISTURBED : '');
  const row = ROWS.find((row) => row.name === name);
  return [
    name,
    row ? describeRow(row) : '',
    seconds(ours),
    pypi ? seconds(pypi) : '',
    debian ? seconds(debian) : '',
    formatRatio(ratio),
    formatRatio(bestRatio),
    debianRatio === null ? '' : formatRatio(debianRatio),
    `${ours.peakGB.toFixed(1)} GB`,
    pypi ? `${pypi.peakGB.toFixed(1)} GB` : '',
  ];
}

/** The machine and the versions: one line where all rows share them, otherwise each with its rows. */
function formatSettings(results: readonly DatedResult[]): string {
  const settings = [...new Set(results.map(formatSetting))];
  const line = (setting: string) => {
    const rows = results.filter((result) => formatSetting(result) === setting);
    const dates = rows.map(({ date }) => date).sort((a, b) => a.localeCompare(b));
    const when = [...new Set([dates[0], dates[dates.length - 1]])].join(' to ');
    const which = rows.map(({ name, threads }) => `${name} (${threads})`).join(', ');
    return `${setting}; ${when}${settings.length > 1 ? `: ${which}` : ''}.`;
  };
  return settings.map(line).join('\n\n');
}

function formatSetting({ machine, versions, pytorch }: DatedResult): string {
  const { processor, cores, memoryGB } = machine;
  const { unstained, node } = versions;
  const programs = [`Unstained ${unstained}`, `onnxruntime-node ${versions['onnxruntime-node']}`, `Node ${node}`];
  return `${processor}, ${cores} cores, ${memoryGB} GB; ${[...programs, ...pytorch.map(programName)].join(', ')}`;
}

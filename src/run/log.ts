/**
 * log.jsonl, schema `unstained.log/1`: what happened to a run, one JSON object a line, only ever added to.
 *
 *     {"schema":"unstained.log/1","time":"2026-01-02T03:04:05.678Z","kind":"save","step":1000}
 *
 * `time` (ISO 8601) and `kind` are always there; `step`, `text` (for a person) and `values` (numbers and words by name: the
 * metrics of a validation, the version and threads of a start) where they say something. A line that a kill cut off stands
 * alone: who goes on writing ends it first, and readers leave it out.
 */
import { z } from 'zod';
import { RUN_FILES } from './layout.ts';
import type { RunStore } from './store.ts';

export type LogKind = 'start' | 'resume' | 'save' | 'validation' | 'note' | 'interrupt' | 'error' | 'end';

export interface LogEntry {
  /** Steps done. */
  readonly step?: number;
  readonly text?: string;
  /** A number that is none is null. */
  readonly values?: Readonly<Record<string, number | string | null>>;
}

export interface LogRecord extends LogEntry {
  readonly schema: 'unstained.log/1';
  /** ISO 8601. */
  readonly time: string;
  readonly kind: LogKind;
}

export interface RunLog {
  /** Throws ResourceError resource/disk-full; the line is then not there. */
  add(kind: LogKind, entry?: LogEntry): Promise<void>;
}

/** Goes on with a run's log, or begins it. `date` is the time in ISO 8601. */
export async function openLog(store: RunStore, date: () => string): Promise<RunLog> {
  const append = (text: string) => store.append(RUN_FILES.log, new TextEncoder().encode(text));
  const before = (await store.list('')).includes(RUN_FILES.log) ? await store.read(RUN_FILES.log) : new Uint8Array();
  if (before.length > 0 && before.at(-1) !== LINE_END) await append('\n');
  return {
    add: (kind, { step, text, values } = {}) =>
      append(`${JSON.stringify({ schema: SCHEMA, time: date(), kind, step, text, values })}\n`),
  };
}

/** The whole records of a log, in their order, and how many lines are none. */
export function parseLog(bytes: Uint8Array): { readonly records: readonly LogRecord[]; readonly torn: number } {
  const lines = new TextDecoder().decode(bytes).split('\n');
  const found = lines.filter((line) => line.trim() !== '').map(parseRecord);
  const records = found.filter((record) => record !== null);
  return { records, torn: found.length - records.length };
}

const SCHEMA: LogRecord['schema'] = 'unstained.log/1';
const LINE_END = 10;

const recordSchema: z.ZodType<LogRecord> = z.object({
  schema: z.literal(SCHEMA),
  time: z.iso.datetime(),
  kind: z.enum(['start', 'resume', 'save', 'validation', 'note', 'interrupt', 'error', 'end']),
  step: z.int().nonnegative().optional(),
  text: z.string().optional(),
  values: z.record(z.string(), z.union([z.number(), z.string(), z.null()])).optional(),
});

function parseRecord(line: string): LogRecord | null {
  try {
    return recordSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

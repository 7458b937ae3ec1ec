/** What a command is: its page of help, and how what was typed becomes work. */
import type { LongCall } from '../core/index.ts';
import type { Verbs } from './verbs.ts';

/** An option: a switch, or with a value that `value` stands for in help. */
export interface Option {
  /** Without dashes. */
  readonly name: string;
  readonly value?: string;
  /** May be given several times. */
  readonly many?: boolean;
  readonly help: string;
}

export interface OptionGroup {
  readonly title: string;
  readonly options: readonly Option[];
}

/** What was typed, by option; values are still text. */
export interface Given {
  readonly operands: readonly string[];
  /** Whether a switch or an option was given. */
  has(name: string): boolean;
  one(name: string): string | null;
  many(name: string): readonly string[];
  /** Throws UsageError that names all of `names` which were not given. */
  need(...names: string[]): void;
}

/** What was asked for, ready to be done. */
export type Work = <W>(verbs: Verbs<W>, world: W, call: LongCall) => Promise<Outcome>;

export interface Outcome {
  /** With a `schema` field: what `--json` prints. */
  readonly json: object;
  /** For a person; where it is laid out for a width, by the terminal's columns. */
  readonly text: string | ((columns: number) => string);
  /** Of the program; 0 where nothing is said. */
  readonly exitCode?: number;
}

export interface Command {
  /** `--signal FILE --target FILE --out FOLDER`. */
  readonly usage: string;
  /** Paragraphs. */
  readonly about: readonly string[];
  /** Words that are no options: `IMAGE`; at most how many. */
  readonly operands: { readonly name: string; readonly most: number } | null;
  readonly options: readonly OptionGroup[];
  /** More to know: name and explanation side by side. */
  readonly more?: { readonly title: string; readonly rows: readonly (readonly [string, string])[] };
  readonly examples: readonly { readonly say: string; readonly type: string }[];
  /** What happens at Ctrl-C, told at once. */
  readonly atInterrupt: string;
  /** Checks what was typed. Throws UsageError before anything is loaded or written. */
  prepare(given: Given): Promise<Work> | Work;
}

export const STOPS_AND_SAVES = 'Stopping after this step; the state will be saved.';
export const STOPS = 'Stopping; no half-written file will stay behind.';

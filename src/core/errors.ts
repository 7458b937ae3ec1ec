/**
 * What goes wrong, told to the person in front of the screen: what happened (file, numbers), why it matters, what to do.
 *
 * Errors are thrown. A subclass stands for each thing that a caller can do about it and fixes the exit code of the command
 * line; `code` is the literal to test for, since an error that crosses a worker loses its class.
 */

/** The three sentences of an error, its cause, and facts as plain fields. */
export interface ErrorText {
  /** What is wrong, with file, numbers and axes. */
  readonly what: string;
  /** Why it matters. */
  readonly why?: string;
  /** What to do, as a command or option to type where there is one. */
  readonly remedy?: string;
  readonly cause?: unknown;
  readonly file?: string;
  /** Byte in the file, where one is to blame. */
  readonly at?: number;
  readonly step?: number;
}

export class UnstainedError extends Error {
  readonly code: string;
  /** Exit code of the command line: 1 is a defect of the program. */
  readonly exitCode: number;
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
  readonly file: string | undefined;
  readonly at: number | undefined;
  readonly step: number | undefined;

  constructor(code: string, exitCode: number, text: ErrorText) {
    super([text.what, text.why, text.remedy].filter(Boolean).join(' '), { cause: text.cause });
    this.name = new.target.name;
    this.code = code;
    this.exitCode = exitCode;
    this.what = text.what;
    this.why = text.why ?? '';
    this.remedy = text.remedy ?? '';
    this.file = text.file;
    this.at = text.at;
    this.step = text.step;
  }
}

/** The command line or the configuration is wrong: exit 2. */
export class UsageError extends UnstainedError {
  constructor(code: `usage/${string}`, text: ErrorText) {
    super(code, 2, text);
  }
}

/** An image cannot be read or used: exit 3. */
export class ImageError extends UnstainedError {
  constructor(code: `image/${string}`, text: ErrorText) {
    super(code, 3, text);
  }
}

/** A model, checkpoint or run cannot be used: exit 3. */
export class ModelError extends UnstainedError {
  constructor(code: `model/${string}`, text: ErrorText) {
    super(code, 3, text);
  }
}

/** Images that do not fit together as training data: exit 3. */
export class DatasetError extends UnstainedError {
  constructor(code: `dataset/${string}`, text: ErrorText) {
    super(code, 3, text);
  }
}

/** Memory, disk or device does not suffice: exit 4. */
export class ResourceError extends UnstainedError {
  constructor(code: `resource/${string}`, text: ErrorText) {
    super(code, 4, text);
  }
}

/** Stopped by the user; `saved` tells whether all is kept (exit 75: run again to go on) or there was nothing to keep (130). */
export class Interrupted extends UnstainedError {
  constructor(saved: boolean, text: ErrorText) {
    super(saved ? 'interrupted/saved' : 'interrupted/nothing-to-save', saved ? 75 : 130, text);
  }
}

/** Whether `error` is one of ours, and of one of the codes where codes are given. */
export function isUnstainedError(error: unknown, ...codes: string[]): error is UnstainedError {
  const code = error instanceof Error && 'exitCode' in error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && (codes.length === 0 || codes.includes(code));
}

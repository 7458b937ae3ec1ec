/** An error told to a person: what, why, what to do. A stack only for those who asked for it. */
import { isUnstainedError } from '../core/index.ts';
import { withoutControls } from './format.ts';
import type { Paint } from './screen.ts';

const EXIT_DEFECT = 1;

export function exitCodeOf(error: unknown): number {
  return isUnstainedError(error) ? error.exitCode : EXIT_DEFECT;
}

export function errorText(
  error: unknown,
  { debug, version, paint }: { debug: boolean; version: string; paint: Paint },
): string {
  const stack = debug ? `\n\n${stackOf(error)}` : '';
  return describe(error, version, paint) + stack;
}

function describe(error: unknown, version: string, paint: Paint): string {
  if (isUnstainedError(error)) {
    const [what, ...rest] = [error.what, error.why, error.remedy].filter(Boolean).map(withoutControls);
    const isError = !error.code.startsWith('interrupted/');
    return [isError ? `${paint('red', paint('bold', 'Error:'))} ${what}` : what, ...rest].join('\n  ');
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return [
    `${paint('red', paint('bold', 'A defect of the program:'))} ${withoutControls(message)}`,
    'It is not your fault, and it should not happen.',
    `Please report it: type the same command with --debug, and send all that it prints (unstained ${version}, ` +
      `Node ${process.versions.node}, ${process.platform} ${process.arch}).`,
  ].join('\n  ');
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return '(no stack: what was thrown is not an Error)';
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return withoutControls(error.stack ?? error.message) + cause;
}

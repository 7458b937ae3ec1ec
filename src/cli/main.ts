/** The command line: what was typed becomes a command's work, its result text or JSON, its error a message and a code. */
import { readFileSync } from 'node:fs';
import { nearest } from '../config/index.ts';
import { Interrupted, UsageError } from '../core/index.ts';
import type { Verbs, WorldSettings } from './verbs.ts';
import { COMMANDS, type CommandEntry } from './commands.ts';
import { errorText, exitCodeOf } from './error-text.ts';
import { withoutControls } from './format.ts';
import { readGiven } from './given.ts';
import { commandPage, overview } from './help.ts';
import { listenForInterrupts } from './interrupt.ts';
import type { Io } from './io.ts';
import { deviceOf, threadsOf } from './options.ts';
import { openScreen, type Screen } from './screen.ts';

/** The library as the command line needs it, loaded when a command has been understood. */
export interface Library<W> {
  readonly verbs: Verbs<W>;
  openWorld(settings: WorldSettings): W | Promise<W>;
}

const EXIT_DONE = 0;
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Runs `unstained ARGS` and gives its exit code. Writes to `io` only. */
export async function main<W>(
  args: readonly string[],
  io: Io,
  loadLibrary: () => Promise<Library<W>>,
): Promise<number> {
  // Needed before the arguments are understood, since not understanding them is an error too.
  const debug = args.includes('--debug');
  const screen = openScreen(io, { quiet: args.includes('--quiet'), live: !args.includes('--no-progress') });
  try {
    return await run(args, io, screen, loadLibrary);
  } catch (error) {
    screen.clear();
    screen.error(errorText(error, { debug, version, paint: screen.paint }));
    return exitCodeOf(error);
  }
}

async function run<W>(
  args: readonly string[],
  io: Io,
  screen: Screen,
  loadLibrary: () => Promise<Library<W>>,
): Promise<number> {
  const print = (text: string) => {
    io.stdout.write(`${text}\n`);
    return EXIT_DONE;
  };
  const wantsHelp = args.length === 0 || args[0] === 'help' || args.includes('--help') || args.includes('-h');
  const [name, ...rest] = args[0] === 'help' ? args.slice(1) : args;
  if (args.includes('--version')) return print(version);
  if (wantsHelp && (name === undefined || name.startsWith('-'))) return print(overview(COMMANDS, io.columns()));
  const entry = findCommand(name);
  const command = await entry.load();
  if (wantsHelp) return print(commandPage(entry, command, io.columns()));

  const given = readGiven(name, command, rest);
  const settings = { threads: threadsOf(given), device: deviceOf(given) };
  const work = await command.prepare(given);

  const interrupts = listenForInterrupts(io, command.atInterrupt, screen);
  try {
    const { verbs, openWorld } = await loadLibrary();
    const call = { signal: interrupts.signal, onProgress: screen.progress, onNote: screen.note };
    const { json, text, exitCode = EXIT_DONE } = await work(verbs, await openWorld(settings), call);
    screen.clear();
    if (given.has('json')) print(JSON.stringify(json));
    else if (!given.has('quiet')) print(withoutControls(typeof text === 'string' ? text : text(io.columns())));
    return exitCode;
  } catch (error) {
    const isAbort = error instanceof Error && error.name === 'AbortError' && interrupts.signal.aborted;
    throw isAbort ? new Interrupted(false, { what: 'Stopped, with nothing to save.', cause: error }) : error;
  } finally {
    interrupts.stopListening();
  }
}

function findCommand(name: string): CommandEntry {
  const entry = COMMANDS.find((command) => command.name === name);
  if (entry) return entry;
  const names = COMMANDS.map((command) => command.name);
  const meant = nearest(name, names);
  throw name.startsWith('-')
    ? new UsageError('usage/no-command', {
        what: `${name} stands where the command belongs.`,
        remedy: `Begin with one of: ${names.join(', ')}.`,
      })
    : new UsageError('usage/unknown-command', {
        what: `There is no command ${name}.`,
        remedy: meant ? `Did you mean unstained ${meant}?` : `There are: ${names.join(', ')}. See unstained --help.`,
      });
}

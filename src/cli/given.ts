/** Reads what was typed after `unstained COMMAND`: commander takes the words apart, what it lets pass is refused here. */
import { Command as Parser, CommanderError } from 'commander';
import { nearest } from '../config/index.ts';
import { UsageError } from '../core/index.ts';
import type { Command, Given, Option } from './command.ts';
import { COMMON_OPTIONS } from './options.ts';

/** Reads `args`, all that follows the command's name. Throws UsageError. */
export function readGiven(name: string, command: Command, args: readonly string[]): Given {
  const options = [...command.options, COMMON_OPTIONS].flatMap((group) => group.options);
  const values = new Map<string, string[]>();
  const parser = new Parser(name)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .helpOption(false);
  for (const option of options) {
    parser.option(option.value ? `--${option.name} <value>` : `--${option.name}`);
    parser.on(`option:${option.name}`, (value: string | null) => {
      const earlier = values.get(option.name) ?? [];
      if (option.value) checkValue(name, option, value ?? '', earlier);
      values.set(option.name, option.value ? [...earlier, value ?? ''] : []);
    });
  }

  const { operands, unknown } = parse(parser, name, args);
  if (operands.includes(''))
    throw usage(
      'usage/operand',
      `${name}: the name of a file is empty.`,
      'Write it out; a variable of your shell may be unset.',
    );
  if (unknown.length > 0) throw unknownOption(name, unknown[0], options);
  const most = command.operands?.most ?? 0;
  if (operands.length > most)
    throw usage('usage/operand', `${name}: "${operands[most]}" is one word too many.`, formOf(name, command));

  return {
    operands,
    has: (option) => values.has(option),
    one: (option) => values.get(option)?.[0] ?? null,
    many: (option) => values.get(option) ?? [],
    need(...names) {
      const missing = names
        .filter((option) => !values.has(option))
        .map((option) => withValue(options.find((o) => o.name === option)!));
      if (missing.length === 0) return;
      const list = missing.length === 1 ? missing[0] : `${missing.slice(0, -1).join(', ')} and ${missing.at(-1)}`;
      throw usage('usage/missing', `${name} needs ${list}.`, formOf(name, command));
    },
  };
}

/** `--target [NAME=]FILE`. */
export function withValue({ name, value }: Option): string {
  return value ? `--${name} ${value}` : `--${name}`;
}

function formOf(name: string, command: Command): string {
  return `The form is: unstained ${name} ${command.usage}`.trimEnd() + `\n  Examples: unstained ${name} --help`;
}

/** `lr` of `--lr=3` or `--lr`. */
function optionName(word: string): string {
  return word.replace(/^-+/, '').replace(/=.*$/s, '');
}

function parse(parser: Parser, name: string, args: readonly string[]) {
  try {
    return parser.parseOptions([...args]);
  } catch (error) {
    // The only error of its own that can come here: the last word is an option whose value is missing.
    if (!(error instanceof CommanderError)) throw error;
    const option = optionName(args.at(-1) ?? '');
    throw usage('usage/no-value', `${name}: --${option} needs a value.`, `Write: --${option} VALUE`);
  }
}

/** commander takes any next word for the value, and lets the last of two win in silence. */
function checkValue(name: string, option: Option, value: string, earlier: readonly string[]): void {
  if (value === '' || /^--?[a-z]/i.test(value))
    throw usage(
      'usage/no-value',
      `${name}: --${option.name} needs a value${value === '' ? '' : `; next comes ${value}`}.`,
      `Write: ${withValue(option)}${value === '' ? '' : `. A file of that name: ./${value}`}`,
    );
  if (earlier.length > 0 && !option.many)
    throw usage(
      'usage/repeated',
      `${name}: --${option.name} is given twice, as ${earlier[0]} and ${value}.`,
      'Only one of them could count; leave the other out.',
    );
}

function unknownOption(name: string, word: string, options: readonly Option[]): UsageError {
  const switched = options.find((option) => !option.value && word.startsWith(`--${option.name}=`));
  if (switched) return usage('usage/value', `${name}: --${switched.name} takes no value.`, `Write: --${switched.name}`);
  const meant = nearest(
    optionName(word),
    options.map((option) => option.name),
  );
  return usage(
    'usage/unknown-option',
    `${name} has no option ${word.replace(/=.*$/s, '')}.`,
    (meant ? `Did you mean --${meant}?` : `All its options: unstained ${name} --help`) +
      (word.startsWith('--') ? '' : `. A file of that name: ./${word}`),
  );
}

function usage(code: `usage/${string}`, what: string, remedy: string): UsageError {
  return new UsageError(code, { what, remedy });
}

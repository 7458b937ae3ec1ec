/** The pages of `--help`. */
import type { Command } from './command.ts';
import { wrap } from './format.ts';
import { withValue } from './given.ts';
import { COMMON_OPTIONS } from './options.ts';

const WIDEST = 100;
const ABOUT =
  'unstained: see without dyes. It learns from a transmitted-light image and the fluorescence image of the same field ' +
  'to predict the fluorescence from transmitted light alone, in 3D.';

export interface Summary {
  readonly name: string;
  readonly summary: string;
}

/** `unstained --help`. */
export function overview(commands: readonly Summary[], columns: number): string {
  const width = Math.min(columns, WIDEST);
  return [
    wrap(ABOUT, width),
    '',
    '  unstained COMMAND [FILES] [--options]',
    '',
    'Commands',
    sideBySide(
      commands.map(({ name, summary }) => [name, summary]),
      width,
    ),
    '',
    'Examples',
    '  See it work on a real image, in a few minutes:',
    '    unstained demo',
    '  Learn from your own two files, then predict from new ones:',
    '    unstained train --signal brightfield.ome.tif --target dna=nuclei.ome.tif --out runs/dna',
    '    unstained predict new.ome.tif --model runs/dna --out predicted/',
    '',
    wrap('unstained COMMAND --help tells more about a command; unstained --version which version this is.', width),
  ].join('\n');
}

/** `unstained COMMAND --help`. */
export function commandPage({ name, summary }: Summary, command: Command, columns: number): string {
  const width = Math.min(columns, WIDEST);
  const groups = [...command.options, COMMON_OPTIONS].flatMap(({ title, options }) => [
    '',
    title,
    sideBySide(
      options.map((option) => [withValue(option), option.help]),
      width,
    ),
  ]);
  return [
    `unstained ${name}: ${summary}`,
    '',
    wrap(`  unstained ${name} ${command.usage}`, width, '    '),
    ...command.about.flatMap((paragraph) => ['', wrap(paragraph, width)]),
    '',
    'Examples',
    ...command.examples.flatMap(({ say, type }) => [`  ${say}:`, `    ${type}`]),
    ...groups,
    ...(command.more ? ['', command.more.title, sideBySide(command.more.rows, width)] : []),
  ].join('\n');
}

function sideBySide(rows: readonly (readonly [string, string])[], width: number): string {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.map(([name, text]) => wrap(`  ${name}`.padEnd(left) + text, width, ' '.repeat(left))).join('\n');
}

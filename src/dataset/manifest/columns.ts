/** What the columns of a manifest mean, by the words of its header: ours and those of pytorch_fnet's tables. */
import { nearest } from '../../config/index.ts';
import type { Finding } from './finding.ts';
import type { Row } from './table.ts';

/** `file` holds signal and target, told apart by their channels. */
export type Role =
  | 'signal'
  | 'target'
  | 'file'
  | 'signalChannel'
  | 'targetChannel'
  | 'weight'
  | 'mask'
  | 'split'
  | 'id'
  | 'group'
  | 't'
  | 'flipY'
  | 'flipX';

const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['signal', 'signal'],
  ['target', 'target'],
  ['weight', 'weight'],
  ['mask', 'mask'],
  ['split', 'split'],
  ['id', 'id'],
  ['group', 'group'],
  ['t', 't'],
  // pytorch_fnet: TiffDataset, MultiChTiffDataset, CziDataset.
  ['path_signal', 'signal'],
  ['path_target', 'target'],
  ['path_weight_map', 'weight'],
  ['path_tiff', 'file'],
  ['path_czi', 'file'],
  ['channel_signal', 'signalChannel'],
  ['channel_target', 'targetChannel'],
  ['flip_y', 'flipY'],
  ['flip_x', 'flipX'],
]);

export interface Column {
  /** As the header writes it. */
  readonly name: string;
  /** Among the cells of a row. */
  readonly index: number;
}

export interface Columns {
  readonly of: Readonly<Partial<Record<Role, Column>>>;
  /** `target:NAME`, in their order. */
  readonly named: readonly (Column & { readonly target: string })[];
  /** That mean nothing here. */
  readonly unused: readonly string[];
}

/** Whether a header may say `word`. */
export function isColumn(word: string): boolean {
  return ROLES.has(word.toLowerCase()) || /^target:./i.test(word);
}

/**
 * Other columns (notes, a table's index without a name) are left alone, but one that is nearly a column that the table does not
 * have is a finding: a misspelled `weight` would be ignored in silence.
 */
export function readColumns({ line, cells }: Row, withTargets: boolean): { columns: Columns; findings: Finding[] } {
  const findings: Finding[] = [];
  const of: Partial<Record<Role, Column>> = {};
  const named: (Column & { target: string })[] = [];
  const unknown: string[] = [];
  const wrong = (column: string | null, what: string, remedy: string) => findings.push({ line, column, what, remedy });

  for (const [index, name] of cells.entries()) {
    const role = ROLES.get(name.toLowerCase());
    const target = /^target:(.*)$/is.exec(name)?.[1].trim();
    if (role) {
      const first = of[role];
      if (first) wrong(name, `columns ${first.name} and ${name} say the same.`, 'Leave one out.');
      else of[role] = { name, index };
    } else if (target === '') wrong(name, 'the target has no name.', 'Name what is stained: target:dna.');
    else if (target !== undefined) {
      if (named.some((other) => other.target.toLowerCase() === target.toLowerCase()))
        wrong(
          name,
          `two targets are called ${target}.`,
          'Predictions bear the names of their targets: give each its own.',
        );
      else named.push({ name, index, target });
    } else if (name !== '') unknown.push(name);
  }

  const absent = [...ROLES].flatMap(([word, role]) => (of[role] ? [] : [word]));
  const unused = unknown.filter((name) => {
    // Of one or two letters anything would be near.
    const meant = nearest(
      name,
      absent.filter((word) => word.length > 2),
    );
    if (meant) wrong(name, `unknown column ${name}.`, `Did you mean ${meant}?`);
    return !meant;
  });
  refuseGaps(of, named.length > 0, withTargets, (what, remedy) => {
    // The column that is missing may be the one that is misspelled.
    if (findings.length === 0) wrong(null, what, remedy);
  });
  return { columns: { of, named, unused }, findings };
}

function refuseGaps(
  of: Columns['of'],
  named: boolean,
  withTargets: boolean,
  wrong: (what: string, remedy: string) => void,
): void {
  if (!of.signal && !of.file)
    wrong('no column is called signal.', 'The first line names the columns, such as signal,target.');
  else if (of.signal && of.file)
    wrong(`columns ${of.signal.name} and ${of.file.name} both say where the signal is.`, 'Leave one out.');
  else if (of.file && !of.signalChannel)
    wrong(
      `${of.file.name} holds signal and target, but no column says which channel is the signal.`,
      'Add a column channel_signal, names or numbers from 0.',
    );
  if (named && (of.target || of.targetChannel))
    wrong(
      `column ${(of.target ?? of.targetChannel)!.name} stands beside target:NAME: what it means cannot be known.`,
      'Write each target in a column target:NAME, with its channel: cells.czi#channel=DNA.',
    );
  else if (withTargets && of.file && !of.target && !named && !of.targetChannel)
    wrong(
      `${of.file.name} holds signal and target, but no column says which channel is the target.`,
      'Add a column channel_target, names or numbers from 0.',
    );
  else if (withTargets && of.signal && !of.target && !named)
    wrong('no column is called target.', 'Add a column target, or several target:NAME.');
}

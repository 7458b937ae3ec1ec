/** What single cells say: paths, channels, times, splits, flips. Each reader gives a value or tells what is wrong. */
import { nearest } from '../../config/index.ts';
import { isUnstainedError } from '../../core/index.ts';
import { parseImagePath, withChannel } from '../../io/index.ts';
import type { Sample } from '../sample.ts';

/** A value, or what is wrong with the cell. */
export type Read<T> = { readonly value: T } | { readonly what: string; readonly remedy: string };

/** A path of the manifest, from where the manifest's own path is meant from; `channel` is that of a column of its own. */
export function readPath(cell: string, channel: string | null, manifest: string): Read<string> {
  let selected;
  try {
    selected = parseImagePath(cell);
  } catch (error) {
    if (!isUnstainedError(error, 'usage/selection')) throw error;
    return { what: error.what, remedy: error.remedy };
  }
  const { path, selection } = selected;
  if (channel !== null && selection.channel !== null)
    return {
      what: `${cell} selects channel ${selection.channel}, the channel's own column says ${channel}.`,
      remedy: 'Say it in one place.',
    };
  const placed = besides(manifest, path) + cell.slice(path.length);
  return { value: channel === null ? placed : withChannel(placed, channel) };
}

/** `path` from the folder of `file`, with slashes, which all systems understand. */
function besides(file: string, path: string): string {
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(path)) return path;
  const slashes = path.replaceAll('\\', '/');
  if (/^(\/|[a-z]:)/i.test(slashes)) return slashes;
  const folder = /^.*[/\\]/s.exec(file)?.[0] ?? '';
  return folder + slashes.replace(/^(\.\/+)+/, '');
}

/** Names or numbers from 0: `DNA`, `3`, `3.0` (as pandas writes a column with gaps), `[0, 2]` (as it writes lists). */
export function readChannels(cell: string): readonly string[] {
  const list = /^\[([\d\s,]*)\]$/.exec(cell)?.[1];
  if (list !== undefined) return list.split(/[\s,]+/).filter((index) => index !== '');
  return cell === '' ? [] : [/^\d+\.0+$/.test(cell) ? cell.slice(0, cell.indexOf('.')) : cell];
}

/** Times from `from` up to and without `to`; null: all that the files have. */
export function readTimes(cell: string): Read<{ readonly from: number; readonly to: number } | null> {
  if (cell === '') return { value: null };
  const [, first, last] = /^(\d+)(?:\.0+|:(\d+))?$/.exec(cell) ?? [];
  const from = Number(first);
  const to = last === undefined ? from + 1 : Number(last);
  if (first !== undefined && from < to && Number.isSafeInteger(to)) return { value: { from, to } };
  return {
    what:
      first !== undefined && from >= to ? `"${shortened(cell)}" holds no time.` : `"${shortened(cell)}" is no time.`,
    remedy: 'Write a number from 0, or a range such as 0:20 (the last is not in it), or nothing for all times.',
  };
}

const SPLITS = ['train', 'val', 'test'] as const;
/** What other programs say for them. */
const OTHER_WORDS: Readonly<Record<string, (typeof SPLITS)[number]>> = {
  training: 'train',
  fit: 'train',
  validation: 'val',
  validate: 'val',
  valid: 'val',
  dev: 'val',
  testing: 'test',
  'held out': 'test',
  'held-out': 'test',
  heldout: 'test',
};

export function readSplit(cell: string): Read<Sample['split']> {
  const word = cell.toLowerCase();
  if (word === '') return { value: null };
  const split = SPLITS.find((known) => known === word);
  if (split) return { value: split };
  const near = word.length < 30 ? nearest(word, [...SPLITS, ...Object.keys(OTHER_WORDS)]) : null;
  const meant = near && (OTHER_WORDS[near] ?? near);
  return {
    what: `"${shortened(cell)}" is none of train, val, test.`,
    remedy: meant ? `Did you mean ${meant}?` : 'Leave it empty where the settings shall decide.',
  };
}

/** As pytorch_fnet: above 0 is yes. */
export function readFlip(cell: string): Read<boolean> {
  const word = cell.toLowerCase();
  if (['', 'false', 'no'].includes(word)) return { value: false };
  if (['true', 'yes'].includes(word)) return { value: true };
  if (Number.isFinite(Number(word))) return { value: Number(word) > 0 };
  return {
    what: `"${shortened(cell)}" is neither yes nor no.`,
    remedy: 'Write 1 where the image is to be mirrored, else 0.',
  };
}

/** For a message: a damaged cell may hold pages. */
export function shortened(cell: string): string {
  return cell.length > 60 ? `${cell.slice(0, 57)}...` : cell;
}

/** What of a file is meant: `cells.ome.tif#channel=DNA,t=0,z=4:30`. Indices count from 0; the end of a range is not in it. */
import { ImageError, UsageError } from '../core/index.ts';
import { shellWord } from './shell-word.ts';
import type { ImageSource } from './source.ts';

/** As it was written; what it means depends on the file. Null is "not said". */
export interface Selection {
  /** Name or index of one channel; not said: all. */
  readonly channel: string | null;
  readonly time: number | null;
  /** From `from` up to and without `to`; null: from the first, to the last. */
  readonly z: { readonly from: number | null; readonly to: number | null } | null;
  /** Name or index of one image of several. */
  readonly scene: string | null;
}

/** A selection that has been looked up in an image. */
export interface Selected {
  readonly channels: readonly number[];
  readonly time: number;
  readonly z: { readonly from: number; readonly to: number };
}

export const EVERYTHING: Selection = { channel: null, time: null, z: null, scene: null };

const FORM =
  'Select within a file like this: FILE#channel=NAME,t=0,z=4:30,scene=0 (each may be left out; indices count from 0).';

/**
 * The file and the selection of `FILE#KEY=VALUE,...` (or `&` for the comma). It begins at the last `#` that a `KEY=` follows;
 * any other `#` belongs to the name of the file, or to that of a channel. A value in quotes may hold anything, a quotation
 * mark twice: `#channel="a,t=1"`. Throws UsageError usage/selection.
 */
export function parseImagePath(text: string): { path: string; selection: Selection } {
  // As long as `text`, with nothing between quotes that could be taken for a part of the form.
  const outline = text.replace(/="(?:[^"]|"")*"(?=[,&]\w*=|$)/g, (quoted) => `=${'"'.repeat(quoted.length - 1)}`);
  const [, before, selected] = /^(.*)#(\w*=.*)$/s.exec(outline) ?? [];
  if (before === undefined || isPartOfPath(selected)) return { path: text, selection: EVERYTHING };
  const path = text.slice(0, before.length);
  const said = new Map<string, string>();
  let start = path.length + 1;
  for (const { length } of selected.split(/[,&](?=\w*=)/)) {
    const part = text.slice(start, start + length);
    start += length + 1;
    const key = part.slice(0, part.indexOf('='));
    const value = unquoted(part.slice(key.length + 1));
    if (!['channel', 't', 'z', 'scene'].includes(key))
      throw wrong(text, `${key || 'nothing'} cannot be selected; channel, t, z and scene can`);
    if (said.has(key)) throw wrong(text, `${key} is selected twice`);
    if (value === '') throw wrong(text, `${key}= says no value`);
    said.set(key, value);
  }
  return {
    path,
    selection: {
      channel: said.get('channel') ?? null,
      scene: said.get('scene') ?? null,
      time: said.has('t') ? wholeNumber(text, 't', said.get('t')!) : null,
      z: said.has('z') ? parseRange(text, said.get('z')!) : null,
    },
  };
}

/** `text`, which selects no channel yet, with this channel selected: `parseImagePath` gives it back, whatever its name. */
export function withChannel(text: string, channel: string): string {
  const { path } = parseImagePath(text);
  const value = /["#=,&]/.test(channel) ? `"${channel.replaceAll('"', '""')}"` : channel;
  return `${text}${path === text ? '#' : ','}channel=${value}`;
}

function unquoted(value: string): string {
  return /^".*"$/s.test(value) && value.length > 1 ? value.slice(1, -1).replaceAll('""', '"') : value;
}

/** `#lr=3/cells.tif` is in a folder; only names of channels and scenes may hold a slash. */
function isPartOfPath(selected: string): boolean {
  return /^\w*=[^,&]*[/\\]/.test(selected) && !/^(channel|scene)=/.test(selected);
}

function parseRange(text: string, value: string): Selection['z'] {
  if (/^\d+$/.test(value)) {
    const plane = wholeNumber(text, 'z', value);
    return { from: plane, to: plane + 1 };
  }
  const [, from, to] = /^(\d*):(\d*)$/.exec(value) ?? [];
  if (from === undefined || to === undefined) throw wrong(text, `z=${value} is neither a plane nor a range`);
  const range = {
    from: from === '' ? null : wholeNumber(text, 'z', from),
    to: to === '' ? null : wholeNumber(text, 'z', to),
  };
  if (range.to !== null && range.to <= (range.from ?? 0)) throw wrong(text, `z=${value} has no plane`);
  return range;
}

function wholeNumber(text: string, key: string, value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number)) return number;
  throw wrong(text, `${key}=${value} is not a whole number`);
}

/** The image of a file that a selection means. Throws ImageError image/selection where it is not there or not one. */
export function selectImage(images: readonly ImageSource[], { scene }: Selection): ImageSource {
  const [first] = images;
  const listed = images.map(({ name }, i) => (name ? `${i} (${name})` : `${i}`)).join(', ');
  if (scene === null) {
    if (images.length === 1) return first;
    throw refused(
      first.file,
      `it has ${images.length} images: ${listed}.`,
      `Say which: ${shellWord(`${first.file}#scene=0`)}`,
      'They may show unlike things.',
    );
  }
  const index = indexOf(
    scene,
    images.map(({ name }) => name),
    first.file,
    'scene',
  );
  if (index !== null) return images[index];
  throw refused(
    first.file,
    `there is no image ${scene} in it; it has ${listed}.`,
    `Say one of them: ${shellWord(`${first.file}#scene=0`)}`,
  );
}

/** What of an image a selection means. Throws ImageError image/selection, naming what there is. */
export function selectPart(image: ImageSource, { channel, time, z }: Selection): Selected {
  const { file, times, size } = image;
  if (time === null && times > 1)
    throw refused(
      file,
      `it has ${times} times.`,
      `Say which: ${shellWord(`${file}#t=0`)} (up to t=${times - 1})`,
      'A volume shows one of them.',
    );
  if (time !== null && time >= times)
    throw refused(
      file,
      `there is no time ${time}; it has t=0${times > 1 ? ` to t=${times - 1}` : ''}.`,
      `Say one of them: ${shellWord(`${file}#t=0`)}`,
    );
  const from = z?.from ?? 0;
  const to = z?.to ?? size.z;
  if (from >= to || to > size.z)
    throw refused(
      file,
      `there are no planes z ${from} to ${to} (without the last); it has z 0 to ${size.z}.`,
      `Say a part of them: ${shellWord(`${file}#z=0:${size.z}`)}`,
    );
  const chosen = channel === null ? image.channels.map((_, i) => i) : [selectChannel(image, channel)];
  return { channels: chosen, time: time ?? 0, z: { from, to } };
}

/** The index of the channel of that name or number. Throws ImageError image/selection, naming those that there are. */
export function selectChannel({ file, channels }: ImageSource, channel: string): number {
  const index = indexOf(
    channel,
    channels.map(({ name }) => name ?? ''),
    file,
    'channel',
  );
  if (index !== null) return index;
  const listed = channels.map(({ name }, i) => (name ? `${i} (${name})` : `${i}`)).join(', ');
  throw refused(
    file,
    `there is no channel ${channel} in it; it has ${listed}.`,
    `Say one of them: ${shellWord(withChannel(file, channels[0].name ?? '0'))}`,
  );
}

/** By name, in the spelling of the file or else in any case, or by index; null where there is none. */
function indexOf(wanted: string, names: readonly string[], file: string, key: string): number | null {
  for (const same of [
    (name: string) => name === wanted,
    (name: string) => name.toLowerCase() === wanted.toLowerCase(),
  ]) {
    const found = names.flatMap((name, i) => (same(name) ? [i] : []));
    if (found.length > 1)
      throw refused(
        file,
        `its ${key}s ${found.join(' and ')} are both called ${wanted}.`,
        `Say the number: ${shellWord(`${file}#${key}=${found[0]}`)}`,
      );
    if (found.length === 1) return found[0];
  }
  return /^\d+$/.test(wanted) && Number(wanted) < names.length ? Number(wanted) : null;
}

function wrong(text: string, how: string): UsageError {
  return new UsageError('usage/selection', { what: `${text}: ${how}.`, remedy: FORM });
}

function refused(file: string, what: string, remedy: string, why?: string): ImageError {
  return new ImageError('image/selection', { file, what: `${file}: ${what}`, why, remedy });
}

/** The options that several commands share: the same word for the same thing everywhere. */
import { UsageError } from '../core/index.ts';
import type { AllowableChange, GivenRange, GivenVoxelSize, NamedFile } from '../api/index.ts';
import type { Given, Option, OptionGroup } from './command.ts';

export const DATA: Option = {
  name: 'data',
  value: 'MANIFEST',
  many: true,
  help: 'a table of many samples, CSV or TSV with a header: signal, target (or target:NAME), and, where you like, weight, mask, split, id, group, t; paths from its own folder',
};
export const SIGNAL: Option = {
  name: 'signal',
  value: 'FILE',
  help: 'the transmitted-light image (bright field, phase, DIC)',
};
export const TARGET: Option = {
  name: 'target',
  value: '[NAME=]FILE',
  many: true,
  help: 'the fluorescence image of the same field, voxel for voxel; NAME says what is stained (dna=nuclei.tif); several may be given',
};
export const WEIGHT: Option = {
  name: 'weight',
  value: 'FILE',
  help: 'how much each voxel counts (0: not at all), an image of the same size',
};
export const MODEL: Option = {
  name: 'model',
  value: 'PATH',
  help: "the run's folder that train wrote",
};
export const OVERWRITE: Option = {
  name: 'overwrite',
  help: 'replaces what is there; without it nothing is ever overwritten',
};
export const VOXEL_SIZE: Option = {
  name: 'voxel-size',
  value: 'Z,Y,X',
  help: 'size of a voxel in micrometers, for files that do not say it: 0.29,0.108,0.108',
};
export const AXES: Option = {
  name: 'axes',
  value: 'AXES',
  help: 'what the planes of a file are, where it does not say or is wrong: their order, slowest first, then YX (TYX, CYX, ZYX); where they are several, how many of all but one: T3C2ZYX',
};
export const MEMORY: Option = { name: 'memory', value: 'SIZE', help: 'memory to stay within: 4GB' };
export const DEVICE: Option = {
  name: 'device',
  value: 'cpu',
  help: 'where to compute; this version computes on the processor (cpu)',
};
export const THREADS: Option = {
  name: 'threads',
  value: 'N',
  help: 'threads to compute with; all cores where nothing is said',
};

export const ALLOW_CHANGE: Option = {
  name: 'allow-change',
  value: 'data|config|version',
  many: true,
  help: 'with --resume: goes on although this has changed since the run was started; several: data,config',
};

export const COMMON_OPTIONS: OptionGroup = {
  title: 'What is printed',
  options: [
    { name: 'json', help: 'one JSON object instead of text, for programs' },
    { name: 'quiet', help: 'errors only' },
    { name: 'no-progress', help: 'one plain line every ten seconds instead of the live lines' },
    { name: 'debug', help: 'where in the program an error came from' },
    { name: 'help', help: 'this page' },
    { name: 'version', help: 'the version of unstained' },
  ],
};

/** What a voxel may extend, in micrometers: beyond it a file's number is not believed either. */
const VOXEL_LENGTHS = { least: 1e-6, most: 1e4 };

/** `--voxel-size 0.29,0.108,0.108` (or the option of that `name`), or null. */
export function voxelSizeOf(given: Given, name = 'voxel-size'): GivenVoxelSize | null {
  const text = given.one(name);
  if (text === null) return null;
  const [z, y, x, ...more] = text.split(',').map(positive);
  if (!z || !y || !x || more.length > 0)
    throw wrongValue(name, text, 'three sizes above 0 in micrometers, z,y,x: 0.29,0.108,0.108');
  const { least, most } = VOXEL_LENGTHS;
  if ([z, y, x].some((length) => length < least || length > most))
    throw wrongValue(name, text, 'in micrometers, each from 0.000001 to 10000');
  return { z, y, x };
}

/** `4:30`, `4:`, `:30`, or one index alone; null where a text is none of them, or has nothing between. */
export function rangeOf(text: string): GivenRange | null {
  const [, first, colon, last] = /^(\d{0,15})(:?)(\d{0,15})$/.exec(text) ?? [];
  if (first === undefined || first + last === '') return null;
  const from = first === '' ? null : Number(first);
  if (colon === '') return { from, to: Number(first) + 1 };
  const to = last === '' ? null : Number(last);
  return to !== null && to <= (from ?? 0) ? null : { from, to };
}

/** `--axes T3C2ZYX`, or null. Whether it fits the planes is told when the file is open. */
export function axesOf(given: Given): string | null {
  const text = given.one('axes');
  if (text === null || /^([TCZ]\d*)*YX$/i.test(text)) return text;
  throw wrongValue('axes', text, 'the order of the planes, slowest first, then YX: TYX, CYX, ZYX, T3C2ZYX');
}

const UNITS: Readonly<Record<string, number>> = {
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** `--memory 4GB` in bytes, or null. */
export function memoryBytesOf(given: Given): number | null {
  const text = given.one('memory');
  if (text === null) return null;
  const [, amount, unit] = /^([\d.]+) ?([a-z]+)$/i.exec(text) ?? [];
  const bytes = Math.floor((positive(amount ?? '') ?? NaN) * UNITS[unit?.toUpperCase()]);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw wrongValue('memory', text, 'a size with its unit: 800MB, 4GB');
}

/** `--threads 4`, or null. */
export function threadsOf(given: Given): number | null {
  const text = given.one('threads');
  if (text === null) return null;
  if (/^\d{1,3}$/.test(text) && Number(text) > 0) return Number(text);
  throw wrongValue('threads', text, 'a whole number from 1 to 999');
}

const ALLOWABLE: Readonly<Record<AllowableChange, true>> = { data: true, config: true, version: true };

/** `--allow-change data,config`, or the option several times. */
export function allowedChangesOf(given: Given): ReadonlySet<AllowableChange> {
  const words = given.many('allow-change').flatMap((text) => text.split(',').map((word) => word.trim()));
  const unknown = words.find((word) => !isAllowable(word));
  if (unknown !== undefined) throw wrongValue('allow-change', unknown, 'data, config or version; several: data,config');
  return new Set(words.filter(isAllowable));
}

function isAllowable(word: string): word is AllowableChange {
  return Object.hasOwn(ALLOWABLE, word);
}

/** `--device cpu`; nothing else is there yet. */
export function deviceOf(given: Given): 'cpu' {
  const text = given.one('device') ?? 'cpu';
  if (text === 'cpu') return text;
  throw wrongValue('device', text, 'cpu: this version computes on the processor only');
}

/** `dna=nuclei.tif` is a name and a file; where the part before `=` cannot be a name, all of it is the file. */
export function namedFile(text: string): NamedFile {
  const [, name, path] = /^([\p{L}\p{N}][\p{L}\p{N} _-]*)=(.+)$/su.exec(text) ?? [];
  return path ? { name, path } : { name: null, path: text };
}

export function wrongValue(option: string, text: string, expected: string): UsageError {
  return new UsageError('usage/value', { what: `--${option} is "${text}".`, remedy: `It must be ${expected}.` });
}

/** A decimal number above 0, or null. */
export function positive(text: string): number | null {
  return /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number(text) > 0 && Number.isFinite(Number(text))
    ? Number(text)
    : null;
}

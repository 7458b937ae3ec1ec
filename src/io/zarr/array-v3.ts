/** `zarr.json`: the metadata of an array of Zarr 3 (https://zarr-specs.readthedocs.io/en/latest/v3/core/). */
import { damaged } from '../refusals.ts';
import { bytesPerSample } from '../samples.ts';
import type { SampleType } from '../source.ts';
import { requireDelta } from './array-v2.ts';
import { byteCodec } from './byte-codecs.ts';
import type { ChunkFormat } from './chunk-format.ts';
import { parseFillValue, parseTypeV3 } from './data-type.ts';
import { isObject, listOf, objectOf, shown, type JsonObject } from './json-file.ts';
import {
  notRead,
  parseSeparator,
  parseShape,
  requireReadable,
  type ShardFormat,
  type ZarrArray,
} from './zarr-array.ts';

const KNOWN: ReadonlySet<string> = new Set([
  'zarr_format',
  'node_type',
  'shape',
  'data_type',
  'chunk_grid',
  'chunk_key_encoding',
  'fill_value',
  'codecs',
  'attributes',
  'dimension_names',
  'storage_transformers',
]);

/** Throws ImageError: image/unsupported, image/damaged. */
export function parseArrayV3(json: JsonObject, path: string, file: string): ZarrArray {
  requireUnderstood(json, file);
  const type = parseTypeV3(json['data_type'], file);
  const shape = parseShape(json['shape'], 'shape', file);
  const grid = parseNamed(json['chunk_grid'], 'chunk_grid', file);
  if (grid.name !== 'regular') throw notRead(file, `its chunk grid is ${grid.name}`);
  const stored = parseGridShape(grid.settings['chunk_shape'], shape, 'chunk_shape', file);
  const { chunk, shard } = parseCodecs(json['codecs'], type, stored, file);
  requireReadable(chunk, file);
  const names = json['dimension_names'];
  return {
    path,
    shape,
    chunk,
    shard,
    fill: parseFillValue(json['fill_value'], type, file),
    dimensionNames: Array.isArray(names) ? names : null,
    key: parseKeyEncoding(json['chunk_key_encoding'], file),
  };
}

/** What the format does not know must be refused unless it says that it may be passed over. */
function requireUnderstood(json: JsonObject, file: string): void {
  for (const [key, value] of Object.entries(json)) {
    if (KNOWN.has(key) || (isObject(value) && value['must_understand'] === false)) continue;
    throw notRead(file, `its metadata have ${shown(key)}`);
  }
  if (listOf(json['storage_transformers']).length > 0) throw notRead(file, 'it has storage transformers');
}

interface Named {
  readonly name: string;
  readonly settings: JsonObject;
}

/** `{name, configuration}`, or the name alone. */
function parseNamed(value: unknown, what: string, file: string): Named {
  const name = isObject(value) ? value['name'] : value;
  if (typeof name !== 'string') throw damaged(file, `its ${what} is ${shown(value)}.`);
  return { name: name.slice(0, 60), settings: objectOf(objectOf(value)['configuration']) };
}

function parseGridShape(value: unknown, outer: readonly number[], what: string, file: string): readonly number[] {
  const shape = parseShape(value, what, file);
  if (shape.length === outer.length) return shape;
  throw damaged(file, `its ${what} is (${shape.join(', ')}) in (${outer.join(', ')}).`);
}

function parseKeyEncoding(value: unknown, file: string): ZarrArray['key'] {
  const { name, settings } = parseNamed(value, 'chunk_key_encoding', file);
  if (name !== 'default' && name !== 'v2') throw notRead(file, `its chunk keys are encoded as ${name}`);
  const separator = parseSeparator(settings['separator'] ?? (name === 'default' ? '/' : '.'), file);
  return (at) => [...(name === 'default' ? ['c'] : []), ...at].join(separator);
}

/** Codecs over samples, one that makes bytes of them, codecs over bytes. */
function parseCodecs(
  value: unknown,
  type: SampleType,
  shape: readonly number[],
  file: string,
): { chunk: ChunkFormat; shard: ShardFormat | null } {
  let order = shape.map((_, axis) => axis);
  let delta = false;
  const codecs = listOf(value).map((codec) => parseCodec(codec, file));
  for (const [i, { name, settings }] of codecs.entries()) {
    const after = codecs.slice(i + 1);
    switch (name) {
      case 'transpose':
        if (delta) requireDelta(false, type, file);
        order = transposed(order, settings['order'], file);
        break;
      case 'delta': {
        const stored = String(settings['astype'] ?? settings['dtype']);
        requireDelta(!delta && sameType(stored, type) && !isReversed(order, shape), type, file);
        delta = true;
        break;
      }
      case 'sharding_indexed':
        if (codecs.length > 1) throw notRead(file, 'its shards are transposed or compressed as a whole');
        return parseSharding(settings, type, shape, file);
      case 'bytes': {
        const bigEndian = parseEndian(settings, bytesPerSample(type), file);
        const byteCodecs = after.map((codec) => byteCodec(codec.name, codec.settings, file));
        return { chunk: { type, shape, order, delta, bigEndian, codecs: byteCodecs }, shard: null };
      }
      default:
        throw notRead(file, `its codec is ${name}`);
    }
  }
  throw damaged(file, 'its codecs make no bytes of the samples.');
}

/** Those of numcodecs go by a longer name. */
function parseCodec(value: unknown, file: string): Named {
  const codec = parseNamed(value, 'codec', file);
  return { ...codec, name: codec.name.replace(/^numcodecs\./, '') };
}

/** `int32` or, as NumPy spells it, `<i4`. */
function sameType(stored: string, type: SampleType): boolean {
  const [, kind, width] = /^[<|]?([iu])(\d)$/.exec(stored) ?? [];
  return (kind === undefined ? stored : `${kind === 'i' ? 'int' : 'uint'}${8 * Number(width)}`) === type;
}

function transposed(order: readonly number[], value: unknown, file: string): number[] {
  const permutation = listOf(value);
  const once = order.every((_, axis) => permutation.includes(axis));
  if (!once || permutation.length !== order.length) throw damaged(file, `its codec transpose says ${shown(value)}.`);
  return permutation.map((axis) => order[axis as number]); // each is an index of `order`
}

/** Numcodecs takes the differences in the order of memory, which zarr-python does not undo where that is Fortran's. */
function isReversed(order: readonly number[], shape: readonly number[]): boolean {
  const long = order.filter((axis) => shape[axis] > 1);
  return long.length > 1 && long.every((axis, i) => i === 0 || axis < long[i - 1]);
}

function parseEndian({ endian }: JsonObject, width: number, file: string): boolean {
  if (endian === 'big' || endian === 'little') return endian === 'big';
  if (endian === undefined && width === 1) return false;
  throw damaged(file, `its byte order is ${shown(endian)}.`);
}

const INDEX_WIDTH = 8;

function parseSharding(
  settings: JsonObject,
  type: SampleType,
  shape: readonly number[],
  file: string,
): { chunk: ChunkFormat; shard: ShardFormat } {
  const chunkShape = parseGridShape(settings['chunk_shape'], shape, 'chunk_shape of shards', file);
  const { chunk, shard } = parseCodecs(settings['codecs'], type, chunkShape, file);
  if (shard) throw notRead(file, 'its shards hold shards');
  const chunks = shape.map((extent, axis) => extent / chunkShape[axis]);
  if (!chunks.every(Number.isInteger))
    throw damaged(file, `its shards are (${shape.join(', ')}), the chunks in them (${chunkShape.join(', ')}).`);
  const location = settings['index_location'] ?? 'end';
  if (location !== 'end' && location !== 'start') throw damaged(file, `its shard index is at ${shown(location)}.`);
  const [bytes, ...others] = listOf(settings['index_codecs']).map((codec) => parseCodec(codec, file));
  if (bytes?.name !== 'bytes' || others.length > 1 || others.some(({ name }) => name !== 'crc32c'))
    throw notRead(file, `its shard index is encoded as ${[bytes, ...others].map((codec) => codec?.name).join(', ')}`);
  const bigEndian = parseEndian(bytes.settings, INDEX_WIDTH, file);
  return { chunk, shard: { chunks, index: { atEnd: location === 'end', bigEndian, checked: others.length === 1 } } };
}

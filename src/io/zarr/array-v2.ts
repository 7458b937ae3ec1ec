/** `.zarray`: the metadata of an array of Zarr 2 (https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html). */
import { damaged, unsupported } from '../refusals.ts';
import { byteCodec, type ByteCodec } from './byte-codecs.ts';
import type { ChunkFormat } from './chunk-format.ts';
import { parseFillValue, parseTypeV2, type DataType } from './data-type.ts';
import { isObject, listOf, shown, type JsonObject } from './json-file.ts';
import { parseSeparator, parseShape, requireReadable, type ZarrArray } from './zarr-array.ts';

/** `attributes` are those of `.zattrs`. Throws ImageError: image/unsupported, image/damaged. */
export function parseArrayV2(json: JsonObject, attributes: JsonObject, path: string, file: string): ZarrArray {
  const dataType = parseTypeV2(json['dtype'], file);
  const shape = parseShape(json['shape'], 'shape', file);
  const chunkShape = parseShape(json['chunks'], 'chunks', file);
  if (chunkShape.length !== shape.length)
    throw damaged(file, `its shape is (${shape.join(', ')}), its chunks (${chunkShape.join(', ')}).`);
  const order = json['order'];
  if (order !== 'C' && order !== 'F') throw damaged(file, `its order is ${shown(order)}.`);
  const axes = shape.map((_, axis) => axis);
  const chunk: ChunkFormat = {
    ...dataType,
    ...parseFilters(json, dataType, file),
    shape: chunkShape,
    order: order === 'C' ? axes : axes.reverse(),
  };
  requireReadable(chunk, file);
  const separator = parseSeparator(json['dimension_separator'] ?? '.', file);
  const names = attributes['_ARRAY_DIMENSIONS']; // xarray's
  return {
    path,
    shape,
    chunk,
    fill: parseFillValue(json['fill_value'], dataType.type, file),
    dimensionNames: Array.isArray(names) ? names : null,
    shard: null,
    key: (at) => at.join(separator),
  };
}

/** Filters go over the samples, then over their bytes; the compressor comes last. */
function parseFilters(
  { filters, compressor }: JsonObject,
  { type, bigEndian }: DataType,
  file: string,
): Pick<ChunkFormat, 'delta' | 'codecs'> {
  const codecs: ByteCodec[] = [];
  let delta = false;
  for (const settings of [
    ...listOf(filters),
    ...(compressor === null || compressor === undefined ? [] : [compressor]),
  ]) {
    const id = isObject(settings) ? settings['id'] : null;
    if (!isObject(settings) || typeof id !== 'string') throw damaged(file, `it has a codec ${shown(settings)}.`);
    if (id !== 'delta') codecs.push(byteCodec(id, settings, file));
    else {
      const stored = parseTypeV2(settings['astype'] ?? settings['dtype'], file);
      requireDelta(!delta && codecs.length === 0 && stored.type === type && stored.bigEndian === bigEndian, type, file);
      delta = true;
    }
  }
  return { delta, codecs };
}

/** Differences of whole numbers come back exactly; floats would depend on how they were rounded. */
export function requireDelta(readable: boolean, type: string, file: string): void {
  if (readable && type.includes('int')) return;
  throw unsupported(
    file,
    'its codec delta is read for whole numbers only, stored in their own type.',
    'Save the image again without it.',
    'The samples would not come back exactly.',
  );
}

/** Zarrs as other programs lay them out, byte by byte: chunks in C order, stored raw unless an encoder is given. */
import { crc32c } from '../../codec/index.ts';
import { allocateSamples, storedBytes } from '../samples.ts';
import type { Samples, SampleType } from '../source.ts';

export type Contents = Record<string, Uint8Array>;

export interface ZarrLayout {
  readonly version: 2 | 3;
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly type: SampleType;
  readonly separator?: '.' | '/';
  readonly fill?: unknown;
  /** Of the chunks' bytes, with the metadata that name it. */
  readonly codec?: { encode(bytes: Uint8Array): Uint8Array; readonly v2: object; readonly v3: object };
  /** Chunks along each axis that share a file, the index at its end or start (Zarr 3). */
  readonly shards?: { readonly chunks: readonly number[]; readonly index: 'end' | 'start' };
  /** More keys of the metadata, or others in their place. */
  readonly metadata?: object;
  readonly attributes?: object;
}

const LETTERS: Readonly<Record<string, string>> = { bool: 'b', uint: 'u', int: 'i', float: 'f' };
const BYTES: Readonly<Record<string, string>> = { '': '1', 8: '1', 16: '2', 32: '4', 64: '8' };

/** The files of an array at `path` that holds `samples` in C order. */
export function writeZarr(path: string, samples: Samples, layout: ZarrLayout): Contents {
  const { version, shape, chunks, type, codec, shards } = layout;
  const separator = layout.separator ?? (version === 2 ? '.' : '/');
  const fileShape = chunks.map((extent, axis) => extent * (shards?.chunks[axis] ?? 1));
  const files: Contents = {};
  const encode = (at: readonly number[]): Uint8Array => {
    const bytes = storedBytes(type, chunkOf(samples, shape, chunks, at, type));
    return codec ? codec.encode(bytes) : bytes;
  };
  for (const at of grid(shape.map((extent, axis) => Math.ceil(extent / fileShape[axis])))) {
    const key = [...(version === 3 ? ['c'] : []), ...at].join(separator);
    files[`${path}/${key}`] = shards
      ? shardOf(
          grid(shards.chunks).map((i) => encode(i.map((within, axis) => at[axis] * shards.chunks[axis] + within))),
          shards.index,
        )
      : encode(at);
  }
  const bytesCodecs = [{ name: 'bytes', configuration: { endian: 'little' } }, ...(codec ? [codec.v3] : [])];
  if (version === 3)
    files[`${path}/zarr.json`] = json({
      zarr_format: 3,
      node_type: 'array',
      shape,
      data_type: type,
      chunk_grid: { name: 'regular', configuration: { chunk_shape: fileShape } },
      chunk_key_encoding: { name: 'default', configuration: { separator } },
      fill_value: layout.fill ?? 0,
      codecs: shards ? [sharding(chunks, bytesCodecs, shards.index)] : bytesCodecs,
      attributes: layout.attributes ?? {},
      ...layout.metadata,
    });
  else {
    const [, kind, bits] = /^([a-z]+)(\d*)$/.exec(type)!;
    const width = BYTES[bits];
    files[`${path}/.zarray`] = json({
      zarr_format: 2,
      shape,
      chunks,
      dtype: `${width === '1' ? '|' : '<'}${LETTERS[kind]}${width}`,
      compressor: codec?.v2 ?? null,
      fill_value: layout.fill === undefined ? 0 : layout.fill,
      order: 'C',
      filters: null,
      ...(separator === '.' ? {} : { dimension_separator: separator }),
      ...layout.metadata,
    });
    if (layout.attributes) files[`${path}/.zattrs`] = json(layout.attributes);
  }
  return files;
}

/** The files of a group. */
export function writeGroup(path: string, version: 2 | 3, attributes: object): Contents {
  return version === 3
    ? { [`${path}/zarr.json`]: json({ zarr_format: 3, node_type: 'group', attributes }) }
    : { [`${path}/.zgroup`]: json({ zarr_format: 2 }), [`${path}/.zattrs`]: json(attributes) };
}

/** All files but those. */
export function without(contents: Contents, ...names: readonly string[]): Contents {
  return Object.fromEntries(Object.entries(contents).filter(([name]) => !names.includes(name)));
}

export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function sharding(chunks: readonly number[], codecs: readonly object[], index: 'end' | 'start'): object {
  const indexCodecs = [{ name: 'bytes', configuration: { endian: 'little' } }, { name: 'crc32c' }];
  return {
    name: 'sharding_indexed',
    configuration: { chunk_shape: chunks, codecs, index_codecs: indexCodecs, index_location: index },
  };
}

function shardOf(chunks: readonly Uint8Array[], location: 'end' | 'start'): Uint8Array {
  const length = 16 * chunks.length + 4;
  const body = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const shard = new Uint8Array(length + body);
  const indexAt = location === 'end' ? body : 0;
  const view = new DataView(shard.buffer, indexAt, length);
  let at = location === 'end' ? 0 : length;
  chunks.forEach((chunk, i) => {
    shard.set(chunk, at);
    view.setBigUint64(16 * i, BigInt(at), true);
    view.setBigUint64(16 * i + 8, BigInt(chunk.length), true);
    at += chunk.length;
  });
  view.setUint32(length - 4, crc32c(shard.subarray(indexAt, indexAt + length - 4)), true);
  return shard;
}

/** All coordinates of a grid, the last axis fastest. */
function grid(counts: readonly number[]): number[][] {
  return counts.reduce<number[][]>(
    (list, count) => list.flatMap((at) => Array.from({ length: count }, (_, i) => [...at, i])),
    [[]],
  );
}

/** One chunk, with zeros where it reaches beyond the array. */
function chunkOf(
  samples: Samples,
  shape: readonly number[],
  chunk: readonly number[],
  at: readonly number[],
  type: SampleType,
) {
  const out = allocateSamples(
    type,
    chunk.reduce((count, extent) => count * extent, 1),
  );
  grid(chunk).forEach((within, i) => {
    const place = within.map((offset, axis) => at[axis] * chunk[axis] + offset);
    if (place.some((index, axis) => index >= shape[axis])) return;
    out[i] = samples[place.reduce((linear, index, axis) => linear * shape[axis] + index, 0)];
  });
  return out;
}

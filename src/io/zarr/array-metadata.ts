/** What Zarr 2 (OME-Zarr 0.4) and Zarr 3 (0.5) say of an array: `.zarray` and `zarr.json`. */
import type { Size } from '../../volume/index.ts';
import type { WrittenType } from '../source.ts';
import type { ArrayLayout, Compression } from './write-array.ts';

const DTYPES: Readonly<Record<WrittenType, string>> = { uint8: '|u1', uint16: '<u2', float32: '<f4' };
/** Of zlib and gzip: what the platform's streams take. */
const DEFLATE_LEVEL = 6;
const ZSTD_LEVEL = 3;

/** `.zarray`. https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html */
export function zarrArrayV2(layout: ArrayLayout): object {
  return {
    zarr_format: 2,
    shape: shapeOf(layout),
    chunks: inAxes(layout.chunk),
    dtype: DTYPES[layout.type],
    compressor: COMPRESSORS_V2[layout.compression],
    fill_value: 0,
    order: 'C',
    filters: null,
    dimension_separator: '/',
  };
}

const COMPRESSORS_V2: Readonly<Record<Compression, object | null>> = {
  zstd: { id: 'zstd', level: ZSTD_LEVEL },
  gzip: { id: 'zlib', level: DEFLATE_LEVEL },
  none: null,
};

/** `zarr.json` of an array. https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html */
export function zarrArrayV3(layout: ArrayLayout): object {
  const { type, chunk, perShard, compression } = layout;
  const codecs = [LITTLE_ENDIAN, ...CODECS_V3[compression]];
  const shard = perShard && { z: chunk.z * perShard.z, y: chunk.y * perShard.y, x: chunk.x * perShard.x };
  const sharding = {
    name: 'sharding_indexed',
    configuration: {
      chunk_shape: inAxes(chunk),
      codecs,
      index_codecs: [LITTLE_ENDIAN, { name: 'crc32c' }],
      index_location: 'end',
    },
  };
  return {
    zarr_format: 3,
    node_type: 'array',
    shape: shapeOf(layout),
    data_type: type,
    chunk_grid: { name: 'regular', configuration: { chunk_shape: inAxes(shard ?? chunk) } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: 0,
    codecs: shard ? [sharding] : codecs,
    dimension_names: ['t', 'c', 'z', 'y', 'x'],
    attributes: {},
  };
}

const LITTLE_ENDIAN = { name: 'bytes', configuration: { endian: 'little' } };

const CODECS_V3: Readonly<Record<Compression, readonly object[]>> = {
  zstd: [{ name: 'zstd', configuration: { level: ZSTD_LEVEL, checksum: false } }],
  gzip: [{ name: 'gzip', configuration: { level: DEFLATE_LEVEL } }],
  none: [],
};

function shapeOf({ times, channels, size }: ArrayLayout): number[] {
  return [times, channels, size.z, size.y, size.x];
}

/** A chunk is of one time and one channel. */
function inAxes({ z, y, x }: Size): number[] {
  return [1, 1, z, y, x];
}

/** Small CZIs of every layout that the reader knows or refuses, written by the format's table, independently of the reader. */
import { encodeZstd, joinBytes } from '../../../codec/index.ts';

export type Stored = Uint8Array | Uint16Array | Float32Array | Int32Array | Float64Array;

export const CZI_PIXELS = {
  Gray8: 0,
  Gray16: 1,
  Gray32Float: 2,
  Bgr24: 3,
  Bgr48: 4,
  Bgr96Float: 8,
  Bgra32: 9,
  Gray64ComplexFloat: 10,
  Gray32: 12,
  Gray64Float: 13,
} as const;

export interface CziSubblock {
  /** Along X, Y and any other: first index; along X and Y, of the stage. */
  readonly start: Readonly<Record<string, number>>;
  readonly width: number;
  readonly height: number;
  readonly pixels: keyof typeof CZI_PIXELS;
  /** Rows of pixels as they are stored. */
  readonly data: Stored;
  readonly compression?: 'none' | 'zstd0' | 'zstd1' | 'zstd1 hi-lo' | number;
  /** Of a reduced copy: how much smaller its data are. */
  readonly reduced?: number;
  /** Of a dimension other than X and Y: 1 unless said. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly filePart?: number;
}

export interface CziLayout {
  /** Undefined: no metadata. */
  readonly xml?: string;
  /** Whether "used" is 0 everywhere, as in early files. */
  readonly early?: boolean;
  readonly updatePending?: number;
  readonly unclosed?: boolean;
  readonly filePart?: number;
  /** Whether the file's GUID is another than the primary file's. */
  readonly foreign?: boolean;
}

const COMPRESSION = { none: 0, zstd0: 5, zstd1: 6, 'zstd1 hi-lo': 6 } as const;

/** Subblocks in the order given, then metadata, then the directory. */
export async function writeCzi(
  subblocks: readonly CziSubblock[],
  layout: CziLayout = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const segment = (id: string, data: Uint8Array): number => {
    const at = length;
    const allocated = Math.ceil(data.length / 32) * 32;
    parts.push(
      join(text(id, 16), int64(allocated), int64(layout.early ? 0 : data.length), data),
      new Uint8Array(allocated - data.length),
    );
    length += 32 + allocated;
    return at;
  };
  segment('ZISRAWFILE', new Uint8Array(512));

  const entries: Uint8Array[] = [];
  for (const subblock of subblocks) {
    const entry = entryOf(subblock, length);
    const metadata = text('<METADATA />', 12);
    const pixels = await encode(subblock);
    const head = join(int32(metadata.length), int32(4), int64(pixels.length), entry);
    const data = join(head, new Uint8Array(Math.max(0, 256 - head.length)), metadata, pixels, int32(-1));
    segment('ZISRAWSUBBLOCK', data);
    entries.push(entry);
  }
  const { xml } = layout;
  const xmlBytes = new TextEncoder().encode(xml);
  const metadataAt =
    xml === undefined
      ? 0
      : segment('ZISRAWMETADATA', join(int32(xmlBytes.length), int32(0), new Uint8Array(248), xmlBytes));
  const directoryAt = segment('ZISRAWDIRECTORY', join(int32(entries.length), new Uint8Array(124), ...entries));

  const file = join(...parts);
  const guid = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
  const version = join(int32(1), int32(0), int32(0), int32(0));
  const places = join(int64(layout.unclosed ? 0 : directoryAt), int64(metadataAt), int32(layout.updatePending ?? 0));
  const guids = join(guid, layout.foreign ? guid.toReversed() : guid);
  const header = join(version, guids, int32(layout.filePart ?? 0), places);
  file.set(header, 32);
  return file;
}

function entryOf(subblock: CziSubblock, at: number): Uint8Array {
  const { start, width, height, pixels, compression = 'none', reduced = 1, sizes = {}, filePart = 0 } = subblock;
  const number = typeof compression === 'number' ? compression : COMPRESSION[compression];
  const spans = Object.entries({ X: 0, Y: 0, ...start }).map(([axis, first]) => {
    const size = { X: width, Y: height }[axis] ?? sizes[axis] ?? 1;
    const stored = axis === 'X' || axis === 'Y' ? Math.floor(size / reduced) : size;
    return join(text(axis, 4), int32(first), int32(size), int32(0), int32(stored));
  });
  const place = join(text('DV', 2), int32(CZI_PIXELS[pixels]), int64(at), int32(filePart), int32(number));
  const pyramid = new Uint8Array(6); // not said, of a reduced copy neither
  return join(place, pyramid, int32(spans.length), ...spans);
}

async function encode({ data, compression = 'none' }: CziSubblock): Promise<Uint8Array> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  switch (compression) {
    case 'none':
      return bytes;
    case 'zstd0':
      return encodeZstd(bytes);
    case 'zstd1':
      return join(Uint8Array.of(1), await encodeZstd(bytes));
    case 'zstd1 hi-lo': {
      const low = bytes.filter((_, i) => i % 2 === 0);
      const high = bytes.filter((_, i) => i % 2 === 1);
      return join(Uint8Array.of(3, 1, 1), await encodeZstd(join(low, high)));
    }
    default:
      return bytes;
  }
}

const join = (...parts: readonly Uint8Array[]) => joinBytes(parts);

function text(value: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(new TextEncoder().encode(value));
  return bytes;
}

function int32(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, value, true);
  return new Uint8Array(view.buffer);
}

function int64(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, BigInt(value), true);
  return new Uint8Array(view.buffer);
}

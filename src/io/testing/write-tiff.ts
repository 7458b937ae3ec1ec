/** Small TIFFs of every layout that the reader knows, written independently of the product's writer. */
import { deflateSync } from 'node:zlib';
import type { Samples, SampleType } from '../source.ts';

export interface TiffLayout {
  readonly width: number;
  readonly height: number;
  readonly type: SampleType;
  /** Samples a pixel, side by side. */
  readonly samples?: number;
  readonly bigEndian?: boolean;
  readonly big?: boolean;
  /** Rows a strip, or sizes of a tile. */
  readonly blocks?: { readonly rows: number } | { readonly tile: readonly [y: number, x: number] };
  readonly compression?: 'none' | 'deflate' | 'lzw' | 'packbits';
  /** 3 for floats only. */
  readonly predictor?: 1 | 2 | 3;
  readonly description?: string;
  /** Tags that are added, or that replace those above, on all pages: type 3 (short), 4 (long) or 5 (rational). */
  readonly tags?: Readonly<Record<number, { readonly type: 3 | 4 | 5; readonly values: readonly number[] }>>;
}

const COMPRESSION = { none: 1, deflate: 8, lzw: 5, packbits: 32773 } as const;

/** Pages (y, x, sample), x before samples, of one layout. */
export function writeTiff(pages: readonly Samples[], layout: TiffLayout): Uint8Array<ArrayBuffer> {
  const {
    width,
    height,
    type,
    samples = 1,
    bigEndian = false,
    big = false,
    compression = 'none',
    predictor = 1,
  } = layout;
  const bytes = pages[0].BYTES_PER_ELEMENT;
  const out: number[] = [];
  const number = (value: number, size: number) => {
    const view = new DataView(new ArrayBuffer(8));
    if (size === 2) view.setUint16(0, value, !bigEndian);
    else if (size === 4) view.setUint32(0, value, !bigEndian);
    else view.setBigUint64(0, BigInt(value), !bigEndian);
    return [...new Uint8Array(view.buffer, 0, size)];
  };
  const word = big ? 8 : 4;
  const patch = (at: number, value: number) => out.splice(at, word, ...number(value, word));
  const order = bigEndian ? 0x4d : 0x49;
  out.push(order, order, ...number(big ? 43 : 42, 2), ...(big ? [...number(8, 2), 0, 0] : []));
  let pointer = out.length;
  out.push(...number(0, word));

  const [tileY, tileX] = layout.blocks && 'tile' in layout.blocks ? layout.blocks.tile : [0, 0];
  const tiled = tileX > 0;
  const rows = layout.blocks && 'rows' in layout.blocks ? layout.blocks.rows : height;
  const [blockY, blockX] = tiled ? [tileY, tileX] : [rows, width];

  pages.forEach((page, index) => {
    const offsets: number[] = [];
    const byteCounts: number[] = [];
    for (let top = 0; top < height; top += blockY)
      for (let left = 0; left < width; left += blockX) {
        const down = tiled ? blockY : Math.min(blockY, height - top);
        const block = page.slice(0, 0).constructor as new (length: number) => Samples;
        const pixels = new block(down * blockX * samples);
        for (let y = 0; y < Math.min(down, height - top); y++)
          for (let i = 0; i < Math.min(blockX, width - left) * samples; i++)
            pixels[y * blockX * samples + i] = page[((top + y) * width + left) * samples + i];
        if (predictor === 2) difference(pixels, blockX * samples, samples);
        const raw = new Uint8Array(pixels.buffer);
        if (predictor === 3) splitIntoBytePlanes(raw, blockX * samples, bytes, samples);
        else if (bigEndian) for (let at = 0; at < raw.length; at += bytes) raw.subarray(at, at + bytes).reverse();
        const encoded = encode(raw, compression);
        offsets.push(out.length);
        byteCounts.push(encoded.length);
        for (const byte of encoded) out.push(byte);
      }
    if (out.length % 2) out.push(0);

    const kind = type.startsWith('u') ? 1 : type.startsWith('i') ? 2 : 3;
    const fields: Record<number, { type: number; values: readonly number[] }> = {
      256: { type: 4, values: [width] },
      257: { type: 4, values: [height] },
      258: { type: 3, values: Array<number>(samples).fill(bytes * 8) },
      259: { type: 3, values: [COMPRESSION[compression]] },
      262: { type: 3, values: [samples > 1 ? 2 : 1] },
      277: { type: 3, values: [samples] },
      317: { type: 3, values: [predictor] },
      339: { type: 3, values: Array<number>(samples).fill(kind) },
      ...(tiled
        ? {
            322: { type: 4, values: [tileX] },
            323: { type: 4, values: [tileY] },
            324: { type: big ? 16 : 4, values: offsets },
            325: { type: 4, values: byteCounts },
          }
        : {
            273: { type: big ? 16 : 4, values: offsets },
            278: { type: 4, values: [rows] },
            279: { type: 4, values: byteCounts },
          }),
      ...layout.tags,
    };
    if (layout.description !== undefined && index === 0)
      fields[270] = { type: 2, values: [...new TextEncoder().encode(layout.description), 0] };
    const encodedFields = Object.entries(fields).map(([tag, { type: fieldType, values }]) => {
      const size = { 2: 1, 3: 2, 4: 4, 5: 8, 16: 8 }[fieldType]!;
      const body = values.flatMap((value) =>
        fieldType === 2
          ? [value]
          : fieldType === 5
            ? [...number(Math.round(value * 1000), 4), ...number(1000, 4)]
            : number(value, size),
      );
      return { tag: Number(tag), type: fieldType, count: values.length, body };
    });
    const places = encodedFields.map(({ body }) => {
      if (body.length <= word) return null;
      const at = out.length;
      out.push(...body, ...(body.length % 2 ? [0] : []));
      return at;
    });
    patch(pointer, out.length);
    out.push(...number(encodedFields.length, big ? 8 : 2));
    encodedFields.forEach((field, i) => {
      out.push(...number(field.tag, 2), ...number(field.type, 2), ...number(field.count, word));
      const at = places[i];
      out.push(
        ...(at === null ? [...field.body, ...Array<number>(word - field.body.length).fill(0)] : number(at, word)),
      );
    });
    pointer = out.length;
    out.push(...number(0, word));
  });
  return Uint8Array.from(out);
}

function difference(pixels: Samples, perRow: number, stride: number): void {
  const unsigned = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[pixels.BYTES_PER_ELEMENT as 1 | 2 | 4];
  const values = new unsigned(pixels.buffer);
  for (let row = 0; row < values.length; row += perRow)
    for (let i = row + perRow - 1; i >= row + stride; i--) values[i] -= values[i - stride];
}

/** Rows of floats as planes of their bytes, most significant first in both byte orders, then differences. */
function splitIntoBytePlanes(raw: Uint8Array, perRow: number, bytes: number, stride: number): void {
  for (let start = 0; start < raw.length; start += perRow * bytes) {
    const row = raw.slice(start, start + perRow * bytes);
    const planes = row.map((_, at) => row[(at % perRow) * bytes + bytes - 1 - Math.floor(at / perRow)]);
    raw.set(
      planes.map((byte, at) => (at < stride ? byte : byte - planes[at - stride])),
      start,
    );
  }
}

function encode(raw: Uint8Array, compression: keyof typeof COMPRESSION): Iterable<number> & { length: number } {
  if (compression === 'deflate') return deflateSync(raw);
  if (compression === 'lzw') return encodeLzw(raw);
  return compression === 'packbits' ? encodePackBits(raw) : raw;
}

function encodePackBits(raw: Uint8Array): number[] {
  const out: number[] = [];
  for (let at = 0; at < raw.length;) {
    let run = 1;
    while (run < 128 && raw[at + run] === raw[at]) run++;
    out.push(...(run > 1 ? [257 - run, raw[at]] : [0, raw[at]]));
    at += run;
  }
  return out;
}

/** As TIFF 6.0 says it in section 13, clear codes at 4094. */
function encodeLzw(raw: Uint8Array): number[] {
  const out: number[] = [];
  let [bits, held] = [0, 0];
  let table = new Map<string, number>();
  const next = () => 258 + table.size;
  const put = (code: number, width: number) => {
    bits = (bits << width) | code;
    held += width;
    while (held >= 8) out.push((bits >> (held -= 8)) & 255);
    bits &= (1 << held) - 1;
  };
  const width = () => (next() > 2047 ? 12 : next() > 1023 ? 11 : next() > 511 ? 10 : 9);
  const code = (text: string) => (text.length === 1 ? text.charCodeAt(0) : table.get(text)!);
  put(256, 9);
  let text = '';
  for (const byte of raw) {
    const longer = text + String.fromCharCode(byte);
    if (longer.length === 1 || table.has(longer)) {
      text = longer;
      continue;
    }
    put(code(text), width());
    table.set(longer, next());
    if (next() >= 4095) {
      put(256, width());
      table = new Map();
    }
    text = longer.at(-1)!;
  }
  put(code(text), width());
  table.set(`${text} end`, next());
  put(257, width());
  if (held > 0) put(0, 8 - held);
  return out;
}

/**
 * Zeiss LSM: tag 34412 (CZ_LSMINFO) says what the pages are. Every second page is a thumbnail, channels are samples in
 * planes of their own, pages run through z, then times, then positions.
 */
import { convertRemedy, damaged, truncated, unsupported } from '../refusals.ts';
import { channelWith, type Channel } from '../source.ts';
import { plausibleLength, voxelSizeOf } from '../units.ts';
import { readStructure, type Directory, type TiffBytes } from './directory.ts';
import { alike, type TiffImage } from './image-source.ts';
import type { FullPage } from './page.ts';
import { TAG } from './tags.ts';

const MAGIC = [0x0300494c, 0x0400494c];
const LEAST_BYTES = 120;
/** Of the planes x, y with z and times; the others are scans of lines or of x and z. */
const PLANE_SCANS = [0, 3, 6, 7];
const METERS = 1e6;
const MAX_COLORS = 4096;
const MAX_NAME_BYTES = 65536;

export function isLsm({ tags }: Directory): boolean {
  return tags.has(TAG.lsm);
}

/** One image a position. Throws ImageError: image/damaged, image/truncated, image/unsupported. */
export async function lsmImages(
  tiff: TiffBytes,
  { tags }: Directory,
  pages: readonly FullPage[],
): Promise<TiffImage[]> {
  const { name, size } = tiff.bytes;
  const tag = tags.get(TAG.lsm)!; // isLsm has seen it
  if (!tiff.littleEndian || tag.count < LEAST_BYTES) throw damaged(name, 'its description as a Zeiss LSM is none.');
  if (size >= 2 ** 32)
    throw unsupported(
      name,
      'this Zeiss LSM is larger than 4 GB.',
      convertRemedy(name),
      'Its offsets are cut to 32 bits.',
    );
  const view = await readStructure(tiff, tag.at, Math.min(tag.count, 512));
  if (!MAGIC.includes(view.getUint32(0, true))) throw damaged(name, 'its description as a Zeiss LSM is none.');
  const int = (at: number) => (at + 4 <= view.byteLength ? view.getInt32(at, true) : 0);
  const [X, Y, Z, C, T] = [8, 12, 16, 20, 24].map(int);
  const scan = view.getUint16(88, true);
  if (!PLANE_SCANS.includes(scan))
    throw unsupported(
      name,
      `this Zeiss LSM is a scan of lines, points or x-z planes (scan type ${scan}).`,
      convertRemedy(name),
    );
  const [P, M] = [Math.max(1, int(264)), Math.max(1, int(268))];
  const [{ format }] = pages;
  if (X !== format.width || Y !== format.height || C !== format.samples || Z < 1 || T < 1)
    throw damaged(
      name,
      `it says (t ${T}, c ${C}, z ${Z}, y ${Y}, x ${X}), its pages are (y ${format.height}, x ${format.width}) of ${format.samples} samples.`,
    );
  const total = Z * T * P * M;
  if (total !== pages.length) {
    const what = `it says t ${T}, z ${Z} at ${P * M} positions, ${total} pages; it has ${pages.length}.`;
    throw total > pages.length ? truncated(name, what) : damaged(name, what);
  }
  const odd = pages.find((page) => !alike(page.format, format));
  if (odd) throw damaged(name, `page ${odd.page.index} is of another size or type than page 0 of the same Zeiss LSM.`);

  const extent = (at: number) => plausibleLength(view.getFloat64(at, true) * METERS);
  const interval = view.getFloat64(112, true);
  const samples = await channelsOf(tiff, view.getUint32(108, true), C);
  const places = pages.map(({ page, format: ofPage }) => {
    return { tiff, page: { ...page, lengthsAreDecoded: true as const }, format: ofPage, shift: 0 };
  });
  return Array.from({ length: P * M }, (_, position) => ({
    name: P * M > 1 ? `position ${position + 1}` : '',
    format: 'Zeiss LSM',
    times: T,
    timeStep: T > 1 && interval > 0 && Number.isFinite(interval) ? interval : null,
    channels: C === 1 ? samples : [channelWith()],
    samples,
    planes: Z,
    voxelSize: voxelSizeOf(Z > 1 ? extent(56) : null, extent(48), extent(40)),
    notes: [],
    plane: (t, _channel, z) => places[(position * T + t) * Z + z],
  }));
}

/** Names and colors, from the structure at `at`; 0 where there is none. Where they do not fit the channels, none. */
async function channelsOf(tiff: TiffBytes, at: number, count: number): Promise<Channel[]> {
  const unknown = Array.from({ length: count }, () => channelWith());
  if (at < 8) return unknown;
  const head = await readStructure(tiff, at, 24);
  const [bytes, colors, names, colorsAt, namesAt] = [0, 4, 8, 12, 16].map((field) => head.getUint32(field, true));
  if (colors !== count || names !== count || count > MAX_COLORS || namesAt > bytes || bytes - namesAt > MAX_NAME_BYTES)
    return unknown;
  const rgb = await readStructure(tiff, at + colorsAt, count * 4);
  const text = await readStructure(tiff, at + namesAt, bytes - namesAt);
  const found: string[] = [];
  for (let place = 0; place + 4 <= text.byteLength && found.length < count;) {
    const length = text.getUint32(place, true);
    if (place + 4 + length > text.byteLength) return unknown;
    const letters = new Uint8Array(text.buffer, text.byteOffset + place + 4, length);
    found.push(new TextDecoder('windows-1252').decode(letters).replace(/\0.*$/s, ''));
    place += 4 + length;
  }
  return unknown.map((_, i) => {
    const hex = [0, 1, 2].map((byte) =>
      rgb
        .getUint8(4 * i + byte)
        .toString(16)
        .padStart(2, '0'),
    );
    return channelWith({ name: found[i] || null, color: `#${hex.join('').toUpperCase()}` });
  });
}

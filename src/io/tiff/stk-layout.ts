/**
 * MetaMorph's STK: one directory, whose planes follow each other; tag 33629 (UIC2) has 24 bytes a plane, tag 33628 (UIC1)
 * entries of 8 bytes, each an id and a value or where the value stands.
 */
import { convertRemedy, damaged, unsupported } from '../refusals.ts';
import { channelWith } from '../source.ts';
import { micrometersPer, plausibleLength, voxelSizeOf } from '../units.ts';
import { consecutivePlanes } from './consecutive.ts';
import { readStructure, type Directory, type TiffBytes } from './directory.ts';
import type { TiffImage } from './image-source.ts';
import type { FullPage } from './page.ts';
import { TAG } from './tags.ts';

const PLANE_BYTES = 24;
const MAX_ENTRIES = 4096;
const UIC1 = { spatialCalibration: 3, xCalibration: 4, yCalibration: 5, calibrationUnits: 6 };

export function isStk({ tags }: Directory): boolean {
  return tags.has(TAG.metaMorph1) || tags.has(TAG.metaMorph2);
}

/** Throws ImageError: image/damaged, image/truncated, image/unsupported. */
export async function stkImage(tiff: TiffBytes, directory: Directory, pages: readonly FullPage[]): Promise<TiffImage> {
  const { name } = tiff.bytes;
  if (!tiff.littleEndian) throw damaged(name, 'it is big-endian, and no MetaMorph STK is.');
  if (pages.length > 1)
    throw unsupported(name, `this MetaMorph STK has ${pages.length} pages, not one.`, convertRemedy(name));
  const planes = directory.tags.get(TAG.metaMorph2)?.count ?? 1; // a single image of MetaMorph has only the other tag
  if (planes < 1) throw damaged(name, 'this MetaMorph STK has no planes.');
  const [{ page }] = pages;
  const placeOf = await consecutivePlanes(tiff, page, planes, 'MetaMorph says');
  const { distances, times } = await planeInformation(tiff, directory, planes);
  const { y, x } = await calibration(tiff, directory);

  const steps = times.slice(1).map((time, i) => time - times[i]);
  const isZ = distances.every((distance) => distance !== 0);
  const isTime = planes > 1 && !isZ && steps.every((step) => step !== 0);
  const regularZ = isZ && distances.every((distance) => distance === distances[0]);
  const regularTime = isTime && steps.every((step) => step === steps[0] && step > 0);
  const notes = [];
  if (planes > 1 && !isZ && !isTime)
    notes.push(`its ${planes} planes were taken as z: neither distance nor time tells them apart`);
  if (isZ && !regularZ) notes.push('its planes are not evenly spaced: their distance is not known');
  return {
    name: '',
    format: 'MetaMorph STK',
    times: isTime ? planes : 1,
    timeStep: regularTime ? steps[0] / 1000 : null,
    channels: [channelWith()],
    planes: isTime ? 1 : planes,
    voxelSize: voxelSizeOf(regularZ ? plausibleLength(distances[0]) : null, y, x),
    notes,
    plane: (time, _channel, z) => placeOf(time + z), // one of them is 0
  };
}

/** Micrometers to the plane before, and milliseconds, of each plane. */
async function planeInformation(
  tiff: TiffBytes,
  { tags }: Directory,
  planes: number,
): Promise<{ distances: number[]; times: number[] }> {
  const tag = tags.get(TAG.metaMorph2);
  if (!tag) return { distances: [0], times: [0] };
  const view = await readStructure(tiff, tag.at, planes * PLANE_BYTES);
  const all = Array.from({ length: planes }, (_, i) => i * PLANE_BYTES);
  const day = 86_400_000;
  return {
    distances: all.map((at) => quotient(view, at)),
    times: all.map((at) => view.getUint32(at + 8, true) * day + view.getUint32(at + 12, true)),
  };
}

function quotient(view: DataView, at: number): number {
  const value = view.getUint32(at, true) / view.getUint32(at + 4, true);
  return Number.isFinite(value) ? value : 0;
}

/** Micrometers, where the calibration is switched on. */
async function calibration(tiff: TiffBytes, { tags }: Directory): Promise<{ y: number | null; x: number | null }> {
  const unknown = { y: null, x: null };
  const tag = tags.get(TAG.metaMorph1);
  if (!tag || tag.count < 2 || tag.count > MAX_ENTRIES) return unknown; // one entry alone has no calibration
  const view = await readStructure(tiff, tag.at, tag.count * 8);
  const entries = new Map<number, number>();
  for (let at = 0; at < view.byteLength; at += 8) entries.set(view.getUint32(at, true), view.getUint32(at + 4, true));
  const unitAt = entries.get(UIC1.calibrationUnits);
  if (entries.get(UIC1.spatialCalibration) !== 1 || unitAt === undefined) return unknown;
  const length = (await readStructure(tiff, unitAt, 4)).getUint32(0, true);
  const text = await readStructure(tiff, unitAt + 4, Math.min(length, 64));
  const unit = micrometersPer(
    String.fromCharCode(...new Uint8Array(text.buffer, text.byteOffset, text.byteLength)).replace(/\0.*$/s, ''),
  );
  if (unit === null) return unknown;
  const extent = async (id: number) => {
    const at = entries.get(id);
    return at === undefined ? null : plausibleLength(quotient(await readStructure(tiff, at, 8), 0) * unit);
  };
  return { y: await extent(UIC1.yCalibration), x: await extent(UIC1.xCalibration) };
}

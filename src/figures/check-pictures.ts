/**
 * The pictures of a sample: the signal, each target, and each target laid over the signal, from above and from the side. Small,
 * and drawn at once, so that a check of many samples keeps no volumes.
 */
import { axisFilter, channelOf, equalSize, filterPlane, type Size, type Volume } from '../volume/index.ts';
import type { Shift, ShownPicture } from './check-data.ts';
import {
  addLight,
  dataUri,
  drawPlane,
  grayDataUri,
  windowOf,
  type LookUp,
  type Picture,
  type Window,
} from './color.ts';

/** Of every target on this page, so that one legend does for all. */
export const TARGET_COLOR = '#2fd67b';
/** What lies under a target is drawn darker, so that the color stands out on the gray of a bright field. */
const UNDER: LookUp = (value) => [145 * value, 145 * value, 145 * value];
const OVER: LookUp = (value) => [47 * value, 214 * value, 123 * value];

export interface PicturedSample {
  /** The first channel is shown. */
  readonly signal: Volume;
  readonly targets: readonly { readonly name: string; readonly volume: Volume }[];
  /** Where the first target lies away from the signal: shown moved back too. */
  readonly shift: Shift | null;
  /** Plane of the signal to show. */
  readonly plane: number;
}

/** One plane, seen from above or from the side. */
interface View {
  readonly data: Float32Array; // (rows, columns)
  readonly width: number;
  readonly height: number;
}

/** At most `edge` pixels along the longer side; smaller images keep their pixels. */
export function checkPictures({ signal, targets, shift, plane }: PicturedSample, edge: number): ShownPicture[] {
  const seen = channelOf(signal, 0);
  const hint = signal.size.z > 1 ? `plane z ${plane}` : '';
  const pictures = [grayPicture('signal', hint, toEdge(above(seen, plane), edge))];
  for (const [i, { name, volume }] of targets.entries()) {
    const target = channelOf(volume, 0);
    const own = planeIn(target.size, signal.size, plane);
    pictures.push(grayPicture(name, target.size.z > 1 ? `plane z ${own}` : '', toEdge(above(target, own), edge)));
    if (target.size.y !== signal.size.y || target.size.x !== signal.size.x) continue;
    pictures.push(overlay(`${name} on signal`, hint, above(seen, plane), above(target, own), edge));
    const isStack = target.size.z > 1 && equalSize(target.size, signal.size);
    const row = brightestRow(above(target, own));
    if (isStack) pictures.push(sideOverlay(`${name} on signal`, seen, target, row, edge));
    if (shift === null || i > 0) continue;
    const back = moved(target, shift);
    const title = `${name} moved back`;
    pictures.push(overlay(title, hint, above(seen, plane), above(back, isStack ? plane : own), edge));
    if (isStack) pictures.push(sideOverlay(title, seen, back, row, edge));
  }
  return pictures;
}

/** The plane of one stack that stands where `plane` does in the other: a stack of another number of planes is stretched. */
function planeIn(size: Size, signal: Size, plane: number): number {
  return size.z === signal.z ? plane : Math.min(size.z - 1, Math.floor(((plane + 0.5) * size.z) / signal.z));
}

function above({ data, size: { y, x } }: Volume, z: number): View {
  return { data: data.subarray(z * y * x, (z + 1) * y * x), width: x, height: y };
}

/** The section along z and x through one row, z downwards. */
function side({ data, size }: Volume, row: number): View {
  const section = new Float32Array(size.z * size.x);
  for (let z = 0; z < size.z; z++) {
    const from = (z * size.y + row) * size.x;
    section.set(data.subarray(from, from + size.x), z * size.x);
  }
  return { data: section, width: size.x, height: size.z };
}

/** Where there is most to be seen. */
function brightestRow({ data, width, height }: View): number {
  let [best, most] = [height >> 1, -Infinity];
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = 0; x < width; x++) sum += data[y * width + x];
    if (sum > most) [best, most] = [y, sum];
  }
  return best;
}

/** What the target would be without its shift, by whole voxels; what comes from outside the image is dark. */
function moved({ data, size, ...rest }: Volume, shift: Shift): Volume {
  const by = { z: size.z > 1 ? Math.round(shift.z) : 0, y: Math.round(shift.y), x: Math.round(shift.x) };
  const lowest = data.reduce((least, value) => (value < least ? value : least), Infinity);
  const out = new Float32Array(data.length).fill(lowest);
  const [firstX, lastX] = [Math.max(0, -by.x), Math.min(size.x, size.x - by.x)];
  for (let z = Math.max(0, -by.z); z < Math.min(size.z, size.z - by.z); z++)
    for (let y = Math.max(0, -by.y); y < Math.min(size.y, size.y - by.y) && firstX < lastX; y++) {
      const from = ((z + by.z) * size.y + y + by.y) * size.x + by.x;
      out.set(data.subarray(from + firstX, from + lastX), (z * size.y + y) * size.x + firstX);
    }
  return { ...rest, data: out, size };
}

function resized({ data, width, height }: View, columns: number, rows: number): View {
  const filterY = axisFilter(height, height / rows, 0, rows);
  const filterX = axisFilter(width, width / columns, 0, columns);
  const rowsNeeded = data.subarray(filterY.start * width, (filterY.start + filterY.length) * width);
  return { data: filterPlane(rowsNeeded, filterY, filterX), width: columns, height: rows };
}

function toEdge(view: View, edge: number): View {
  const scale = edge / Math.max(view.width, view.height);
  if (scale >= 1) return view;
  return resized(view, Math.max(1, Math.round(view.width * scale)), Math.max(1, Math.round(view.height * scale)));
}

function windowFrom({ data, width, height }: View, low: number, high: number): Window {
  return windowOf({ planes: [data], width, height }, low, high);
}

function picture(title: string, hint: string, { width, height }: Picture, src: string): ShownPicture {
  return { title, hint, src, width, height };
}

function grayPicture(title: string, hint: string, view: View): ShownPicture {
  const { data, width, height } = view;
  const window = windowFrom(view, 0.002, 0.998);
  return { title, hint, src: grayDataUri(data, width, height, window), width, height };
}

function overlay(title: string, hint: string, under: View, over: View, edge: number): ShownPicture {
  return laidOver(title, hint, toEdge(under, edge), toEdge(over, edge));
}

/** Planes are as thick as they are in the sample, where that is known, and never too thin to be seen. */
function sideOverlay(title: string, under: Volume, over: Volume, row: number, edge: number): ShownPicture {
  const { size, voxelSize } = under;
  const ratio = voxelSize?.z && voxelSize.x ? voxelSize.z / voxelSize.x : 1;
  const columns = Math.min(edge, size.x);
  const natural = (columns * size.z * ratio) / size.x;
  const rows = Math.max(1, Math.round(Math.min(edge, Math.max(natural, 2 * size.z, columns / 6))));
  const [below, on] = [side(under, row), side(over, row)].map((view) => resized(view, columns, rows));
  return laidOver(title, `side view through y ${row}`, below, on);
}

function laidOver(title: string, hint: string, under: View, over: View): ShownPicture {
  const { width, height } = under;
  const drawn = addLight([
    drawPlane(under.data, width, height, windowFrom(under, 0.002, 0.998), UNDER),
    drawPlane(over.data, width, height, windowFrom(over, 0.3, 0.998), OVER),
  ]);
  return picture(title, hint, drawn, dataUri(drawn));
}

/**
 * The pictures of a sample: the signal, each target, and each target laid over the signal, from above and from the side. Small,
 * and drawn at once, so that a check of many samples keeps no volumes.
 */
import { axisFilter, channelOf, equalSize, filterPlane, type Size, type Volume } from '../volume/index.ts';
import type { DrawnImage, ShownPicture } from './check-data.ts';
import { addLight, dataUri, drawPlane, grayDataUri, windowOf, type LookUp, type Window } from './color.ts';

/** What lies under a target is drawn darker, so that the color stands out on the gray of a bright field. */
const UNDER: LookUp = (value) => [145 * value, 145 * value, 145 * value];
/** Green, of every target, so that one legend does for all. */
const OVER: LookUp = (value) => [38 * value, 190 * value, 105 * value];

export interface PicturedSample {
  /** The first channel is shown; null where it cannot be. */
  readonly signal: Volume | null;
  readonly targets: readonly PicturedTarget[];
  /** How much each voxel counts. */
  readonly weight: Volume | null;
  /** Plane of the signal to show. */
  readonly plane: number;
}

export interface PicturedTarget {
  readonly name: string;
  readonly volume: Volume;
  /** How it lies on the signal where it lies wrong: it is shown as it should lie, too. */
  readonly lie: Lie | null;
}

/** Along which axes a target is mirrored, and by how many voxels it is displaced when that is undone. */
export interface Lie {
  readonly mirrored: readonly ('z' | 'y' | 'x')[];
  readonly shift: Size;
}

/** One plane, seen from above or from the side. */
interface View {
  readonly data: Float32Array; // (rows, columns)
  readonly width: number;
  readonly height: number;
}

/** At most `edge` pixels along the longer side; smaller images keep their pixels. */
export function checkPictures({ signal, targets, weight, plane }: PicturedSample, edge: number): ShownPicture[] {
  const seen = signal && channelOf(signal, 0);
  const pictures = seen ? [grayPicture('signal', seen, plane, edge)] : [];
  const ownPlane = ({ size }: Volume) => (seen ? planeIn(size, seen.size, plane) : size.z >> 1);
  for (const { name, volume, lie } of targets) {
    const target = channelOf(volume, 0);
    const own = ownPlane(target);
    pictures.push(grayPicture(name, target, own, edge));
    if (!seen || target.size.y !== seen.size.y || target.size.x !== seen.size.x) continue;
    pictures.push(overlay(`${name} on signal`, seen, target, { plane, own }, edge));
    if (!lie) continue;
    const title = `${name} ${lie.mirrored.length > 0 ? 'mirrored back' : 'moved back'}`;
    pictures.push(overlay(title, seen, straightened(target, lie), { plane, own }, edge));
  }
  if (weight) pictures.push(grayPicture('weight', weight, ownPlane(weight), edge));
  return pictures;
}

function planeText({ size }: Volume, plane: number): string {
  return size.z > 1 ? `plane z ${plane}` : '';
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

/** Where there is most to be seen from the side. */
function brightestRow({ data, size: { y: rows, x: columns } }: Volume): number {
  const sums = new Float64Array(rows);
  for (let i = 0, row = 0; i < data.length; row = (row + 1) % rows)
    for (const end = i + columns; i < end; i++) sums[row] += data[i] || 0; // NaN would hide its row and all that follow
  return sums.reduce((best, sum, row) => (sum > sums[best] ? row : best), 0);
}

/** What the target would be if it lay right, by whole voxels; what comes from outside the image is dark. */
function straightened({ data, size, ...rest }: Volume, { mirrored, shift }: Lie): Volume {
  const lowest = data.reduce((least, value) => (value < least ? value : least), Infinity);
  const out = new Float32Array(data.length).fill(lowest);
  /** Where each place of an axis comes from; -1: from outside. */
  const sources = (axis: keyof Size) => {
    const by = size[axis] > 1 ? Math.round(shift[axis]) : 0;
    return Int32Array.from({ length: size[axis] }, (_, i) => {
      const from = mirrored.includes(axis) ? size[axis] - 1 - i - by : i + by;
      return from < size[axis] ? Math.max(-1, from) : -1;
    });
  };
  const [fromZ, fromY, fromX] = [sources('z'), sources('y'), sources('x')];
  fromZ.forEach((sourceZ, z) =>
    fromY.forEach((sourceY, y) => {
      if (sourceZ < 0 || sourceY < 0) return;
      const [from, to] = [(sourceZ * size.y + sourceY) * size.x, (z * size.y + y) * size.x];
      for (let x = 0; x < size.x; x++) if (fromX[x] >= 0) out[to + x] = data[from + fromX[x]];
    }),
  );
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

function grayPicture(title: string, volume: Volume, plane: number, edge: number): ShownPicture {
  const view = toEdge(above(volume, plane), edge);
  const { data, width, height } = view;
  const image = { src: grayDataUri(data, width, height, windowFrom(view, 0.002, 0.998)), width, height };
  return { title, hint: planeText(volume, plane), image, side: null };
}

/** The planes of signal and target that are seen from above. */
interface ShownPlanes {
  readonly plane: number;
  readonly own: number;
}

function overlay(
  title: string,
  signal: Volume,
  target: Volume,
  { plane, own }: ShownPlanes,
  edge: number,
): ShownPicture {
  const [under, over] = [above(signal, plane), above(target, own)].map((view) => toEdge(view, edge));
  const isStack = signal.size.z > 1 && equalSize(target.size, signal.size);
  const row = isStack ? brightestRow(target) : null;
  const hint = [planeText(signal, plane), row === null ? '' : `below from the side, at y ${row}`];
  return {
    title,
    hint: hint.filter(Boolean).join('; '),
    image: laidOver(under, over),
    side: row === null ? null : sideOverlay(signal, target, row, edge),
  };
}

/** Planes are as thick as they are in the sample, where that is known, and never too thin to be seen. */
function sideOverlay(under: Volume, over: Volume, row: number, edge: number): DrawnImage {
  const { size, voxelSize } = under;
  const thickness = voxelSize?.z && voxelSize.x ? voxelSize.z / voxelSize.x : 1;
  const columns = Math.max(1, Math.round(size.x * Math.min(1, edge / Math.max(size.x, size.y))));
  const natural = (columns * size.z * thickness) / size.x;
  const rows = Math.round(Math.min(edge, Math.max(natural, size.z, columns / 6)));
  const [below, on] = [side(under, row), side(over, row)].map((view) => resized(view, columns, rows));
  return laidOver(below, on);
}

function laidOver(under: View, over: View): DrawnImage {
  const { width, height } = under;
  const drawn = addLight([
    drawPlane(under.data, width, height, windowFrom(under, 0.002, 0.998), UNDER),
    drawPlane(over.data, width, height, windowFrom(over, 0.3, 0.998), OVER),
  ]);
  return { src: dataUri(drawn), width, height };
}

/** From values to colors: windows, look-up tables, and planes as PNG pictures. */
import { encodePng } from '../codec/index.ts';
import type { Planes } from './report-data.ts';

/** The values that are drawn darkest and brightest. */
export interface Window {
  readonly low: number;
  readonly high: number;
}

type Rgb = readonly [number, number, number];

/** From the `low` to the `high` quantile of all planes' values (0 to 1); never empty. Voxels without a number don't count. */
export function windowOf({ planes }: Planes, low: number, high: number): Window {
  const every = Math.max(1, Math.floor(planes.reduce((n, { length }) => n + length, 0) / 200_000));
  const sample = planes
    .flatMap((plane) => Array.from(plane.filter((value, i) => i % every === 0 && Number.isFinite(value))))
    .sort((a, b) => a - b);
  const at = (quantile: number) => sample[Math.round(quantile * (sample.length - 1))] ?? 0;
  return at(high) > at(low) ? { low: at(low), high: at(high) } : { low: at(low), high: at(low) + 1 };
}

/** A color for each value between 0 and 1. */
export type LookUp = (value: number) => Rgb;

export const gray: LookUp = (value) => [255 * value, 255 * value, 255 * value];

/** Black, the structure's color, and near white at the top, so that bright spots keep their shape. */
export function glow(color: string): LookUp {
  const [r, g, b] = parseColor(color);
  return (value) => {
    const rise = Math.min(1, value / 0.8);
    const white = Math.max(0, (value - 0.8) / 0.2) * 0.6;
    return [r, g, b].map((part) => part * rise + (255 - part) * white) as unknown as Rgb;
  };
}

/** Blue below the middle, white there, red above: too little, right, too much. */
export const diverging: LookUp = (value) => {
  const [low, middle, high]: Rgb[] = [
    [33, 102, 172],
    [247, 247, 247],
    [178, 24, 43],
  ];
  const [from, to, t] = value < 0.5 ? [low, middle, value * 2] : [middle, high, value * 2 - 1];
  return [0, 1, 2].map((i) => from[i] + (to[i] - from[i]) * t) as unknown as Rgb;
};

export function parseColor(color: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as unknown as Rgb;
}

/** An RGB picture while it is being drawn. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** (y, x, rgb) */
  readonly data: Uint8Array;
}

/** What has no number, as a diverged network predicts it: neither dark nor bright. */
const NO_NUMBER: Rgb = [128, 128, 128];

export function drawPlane(
  plane: Float32Array,
  width: number,
  height: number,
  { low, high }: Window,
  lookUp: LookUp,
): Picture {
  const table = Array.from({ length: 256 }, (_, i) => lookUp(i / 255));
  const data = new Uint8Array(width * height * 3);
  plane.forEach((value, i) => {
    const level = Math.max(0, Math.min(255, Math.round(((value - low) / (high - low)) * 255)));
    data.set(table[level] ?? NO_NUMBER, 3 * i);
  });
  return { width, height, data };
}

/** Several pictures of one size as light: their colors added up. */
export function addLight(pictures: readonly Picture[]): Picture {
  const [{ width, height }] = pictures;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++)
    data[i] = Math.min(
      255,
      pictures.reduce((sum, picture) => sum + picture.data[i], 0),
    );
  return { width, height, data };
}

/** Pictures of one height side by side, `gap` white columns between. */
export function sideBySide(pictures: readonly Picture[], gap: number): Picture {
  const [{ height }] = pictures;
  const width = pictures.reduce((sum, picture) => sum + picture.width, gap * (pictures.length - 1));
  const data = new Uint8Array(width * height * 3).fill(255);
  let left = 0;
  for (const picture of pictures) {
    for (let y = 0; y < height; y++)
      data.set(picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3), (y * width + left) * 3);
    left += picture.width + gap;
  }
  return { width, height, data };
}

export function pngOf({ width, height, data }: Picture): Uint8Array {
  return encodePng({ width, height, data, channels: 3 });
}

export function dataUri(picture: Picture): string {
  return pngDataUri(pngOf(picture));
}

/** A plane in levels of gray, in a third of the bytes. */
export function grayDataUri(plane: Float32Array, width: number, height: number, { low, high }: Window): string {
  const data = new Uint8Array(width * height);
  plane.forEach((value, i) => {
    data[i] = Number.isNaN(value) ? 128 : Math.max(0, Math.min(255, Math.round(((value - low) / (high - low)) * 255)));
  });
  return pngDataUri(encodePng({ width, height, data, channels: 1 }));
}

export function pngDataUri(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return `data:image/png;base64,${btoa(text)}`;
}

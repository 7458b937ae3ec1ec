/**
 * A preview: what the network makes of a few patches that it never learns from, at one moment of its training. Drawn alike at
 * every moment, so that who pages through them sees it learn.
 */
import { channelOf, type Volume } from '../volume/index.ts';
import { diverging, drawPlane, glow, gray, pngOf, windowOf, type LookUp, type Picture, type Window } from './color.ts';
import { formatScore } from './html.ts';
import { drawable, drawText, LETTER_HEIGHT, textWidth } from './pixel-letters.ts';

export interface PreviewSample {
  readonly signal: Volume;
  /** A channel for each structure, on the grid of the prediction. */
  readonly target: Volume;
  readonly prediction: Volume;
}

export interface Preview {
  readonly step: number;
  readonly structures: readonly {
    readonly name: string;
    /** `#RRGGBB` */
    readonly color: string;
    /** Pearson's r over all that was validated at this step; null where undefined. */
    readonly r: number | null;
  }[];
  /** Patches of one size, drawn one below the other. */
  readonly samples: readonly PreviewSample[];
}

const MOST_SAMPLES = 4;
/** Patches are enlarged by a whole number, up to about this many pixels. */
const CELL_WIDTH = 192;
const MOST_ENLARGED = 6;
const GAP = 6;
const TEXT_SCALE = 2;
const TEXT_HEIGHT = LETTER_HEIGHT * TEXT_SCALE;
const BACKGROUND = [20, 23, 26];
const INK = [232, 234, 237];

/**
 * A PNG: a row for each of the first four samples; signal, then target, prediction and difference of each structure. Of a stack the
 * plane in which the targets vary most is shown, which is the same at every step. Target and prediction share the window of all
 * samples' targets; a difference of half that window is drawn in full color.
 */
export function previewPng({ step, structures, samples }: Preview): Uint8Array {
  const shown = samples.slice(0, MOST_SAMPLES).map((sample) => {
    const z = liveliestPlane(sample.target);
    return { ...sample, z, signalPlane: planeOf(sample.signal, sample.signal.channels >> 1, z) };
  });
  const { x: width, y: height } = samples[0].target.size;
  const planes = (plane: (sample: (typeof shown)[number]) => Float32Array) => ({
    width,
    height,
    planes: shown.map(plane),
  });
  const column = (
    label: string,
    plane: Parameters<typeof planes>[0],
    window: Window | null,
    lookUp: LookUp,
  ): Column => {
    const drawn = planes(plane);
    const seen = window ?? windowOf(drawn, 0.005, 0.995);
    return { label, pictures: drawn.planes.map((values) => drawPlane(values, width, height, seen, lookUp)) };
  };

  const labels = structures.map(({ name }, c) => drawable(name) ?? `target ${c + 1}`);
  const scores = structures.map(({ r }, c) => `r of ${labels[c]} ${formatScore(r)}`);
  const columns = [
    column('signal', ({ signalPlane }) => signalPlane, null, gray),
    ...structures.flatMap(({ color }, c) => {
      const target = ({ target, z }: (typeof shown)[number]) => planeOf(target, c, z);
      const prediction = ({ prediction, z }: (typeof shown)[number]) => planeOf(prediction, c, z);
      const window = windowOf(planes(target), 0.005, 0.998);
      const half = (window.high - window.low) / 2;
      const difference = (sample: (typeof shown)[number]) => {
        const truth = target(sample);
        return prediction(sample).map((value, i) => value - truth[i]);
      };
      return [
        column(labels[c], target, window, glow(color)),
        column('predicted', prediction, window, glow(color)),
        column('difference', difference, { low: -half, high: half }, diverging),
      ];
    }),
  ];
  return pngOf(arrange([`step ${step}`, ...scores].join('   '), columns, width, height));
}

interface Column {
  readonly label: string;
  /** One below the other. */
  readonly pictures: readonly Picture[];
}

function arrange(title: string, columns: readonly Column[], width: number, height: number): Picture {
  const enlarged = Math.max(1, Math.min(MOST_ENLARGED, Math.floor(CELL_WIDTH / width)));
  const [cellWidth, cellHeight] = [width * enlarged, height * enlarged];
  const top = 3 * GAP + 2 * TEXT_HEIGHT;
  const picture = blank(
    GAP + columns.length * (cellWidth + GAP),
    top + GAP + columns[0].pictures.length * (cellHeight + GAP),
  );
  write(picture, title, GAP, GAP, picture.width - 2 * GAP);
  columns.forEach(({ label, pictures }, i) => {
    const left = GAP + i * (cellWidth + GAP);
    write(picture, label, left, 2 * GAP + TEXT_HEIGHT, cellWidth);
    pictures.forEach((cell, row) => enlargeInto(picture, cell, enlarged, left, top + row * (cellHeight + GAP)));
  });
  return picture;
}

function blank(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 3) data.set(BACKGROUND, at);
  return { width, height, data };
}

/** As much of the text as has room, smaller where that helps. */
function write(picture: Picture, text: string, left: number, top: number, room: number): void {
  const letters = drawable(text) ?? '';
  const scale = textWidth(letters, TEXT_SCALE) <= room ? TEXT_SCALE : 1;
  const fitting = letters.slice(0, Math.floor((room / scale + 1) / (textWidth('AA', 1) - textWidth('A', 1))));
  drawText(picture, fitting, { left, top, scale, color: INK });
}

/** Each pixel as a square. */
function enlargeInto(picture: Picture, cell: Picture, by: number, left: number, top: number): void {
  for (let y = 0; y < cell.height * by; y++)
    for (let x = 0; x < cell.width * by; x++) {
      const from = 3 * (Math.floor(y / by) * cell.width + Math.floor(x / by));
      picture.data.set(cell.data.subarray(from, from + 3), 3 * ((top + y) * picture.width + left + x));
    }
}

/** The plane z of a channel; of an image of fewer planes its middle one. */
function planeOf(volume: Volume, channel: number, z: number): Float32Array {
  const { size, data } = channelOf(volume, channel);
  const plane = z < size.z ? z : size.z >> 1;
  return data.subarray(plane * size.y * size.x, (plane + 1) * size.y * size.x);
}

/** Where the channels vary most in all. */
function liveliestPlane(target: Volume): number {
  const variance = (values: Float32Array) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  };
  const liveliness = Array.from({ length: target.size.z }, (_, z) =>
    Array.from({ length: target.channels }, (__, c) => variance(planeOf(target, c, z))).reduce((a, b) => a + b, 0),
  );
  return liveliness.indexOf(Math.max(...liveliness));
}

/** The pictures of an example: all structures in one, and input, prediction, truth and error of each. */
import {
  addLight,
  dataUri,
  diverging,
  drawPlane,
  glow,
  gray,
  pngOf,
  sideBySide,
  windowOf,
  type LookUp,
  type Picture,
  type Window,
} from './color.ts';
import { escapeHtml } from './html.ts';
import { middleOf, type Planes, type ReportExample, type ReportStructure } from './report-data.ts';
import { dot } from './scores.ts';

/** z-scores: an error of two standard deviations is drawn in full color. */
const ERROR_WINDOW: Window = { low: -2, high: 2 };
/** Pixels of a picture this narrow are drawn as squares: a blur would look like the network's. */
const COARSE_WIDTH = 160;

function signalWindow({ signal }: ReportExample): Window {
  return windowOf(signal, 0.005, 0.995);
}

/** Target and prediction share the target's window: a prediction that is too faint looks too faint. */
function structureWindow({ target }: ReportStructure): Window {
  return windowOf(target, 0.005, 0.998);
}

/** A picture of each plane. */
function draw({ planes, width, height }: Planes, window: Window, lookUp: LookUp): Picture[] {
  return planes.map((plane) => drawPlane(plane, width, height, window, lookUp));
}

/** Where a weight map says that nothing is known, nothing is shown. */
function counted(image: Planes, weight: Planes | null): Planes {
  if (!weight) return image;
  const planes = image.planes.map((plane, p) => plane.map((v, i) => (weight.planes[p][i] > 0 ? v : -Infinity)));
  return { ...image, planes };
}

/** All structures in their colors, one on the other, as predicted or as measured: a picture of each plane. */
function composite({ structures, planeNames }: ReportExample, of: 'prediction' | 'target'): Picture[] {
  const layers = structures.map((structure) =>
    draw(counted(structure[of], structure.weight), structureWindow(structure), glow(structure.color)),
  );
  return planeNames.map((_, plane) => addLight(layers.map((layer) => layer[plane])));
}

/** Input, prediction and truth side by side, `gap` white pixels between: a PNG of the middle plane, for a slide. */
export function triptychPng(example: ReportExample, gap: number = 6): Uint8Array {
  const rows = [
    draw(example.signal, signalWindow(example), gray),
    composite(example, 'prediction'),
    composite(example, 'target'),
  ];
  const middle = middleOf(example.planeNames);
  return pngOf(
    sideBySide(
      rows.map((planes) => planes[middle]),
      gap,
    ),
  );
}

/** What is seen first. The wipe: truth below, prediction above it, cut where the slider stands. */
export function hero(example: ReportExample): string {
  const signal = images(example, 'transmitted light', draw(example.signal, signalWindow(example), gray));
  const predicted = composite(example, 'prediction');
  const prediction = images(example, 'prediction', predicted);
  const truth = images(example, 'measured fluorescence', composite(example, 'target'));
  const wipe =
    `${truth}<div class="over">${images(example, 'prediction', predicted)}</div>` +
    '<input type="range" min="0" max="100" value="0" aria-label="wipe between the measured and the predicted image">';
  const legend = example.structures.map(({ name, color }) => `${dot(color)}${escapeHtml(name)}`).join(' ');
  return (
    '<div class="hero">' +
    figure(example, signal, '<b>What the microscope saw</b> transmitted light, no dye') +
    figure(example, prediction, `<b>What Unstained predicts</b> ${legend}`) +
    figure(example, wipe, '<b>What was really there</b> drag across: prediction over truth', 'wipe') +
    '</div>'
  );
}

/** The figures of one structure, a picture for each plane in each. */
export function structurePanels(example: ReportExample, structure: ReportStructure): string {
  const { target, prediction, weight, name, color } = structure;
  const window = structureWindow(structure);
  const lookUp = glow(color);
  const error: Planes = {
    ...target,
    planes: target.planes.map((plane, p) =>
      plane.map((value, i) => (weight && !(weight.planes[p][i] > 0) ? 0 : prediction.planes[p][i] - value)),
    ),
  };
  const panel = (title: string, pictures: Picture[], hint: string) =>
    figure(example, images(example, `${title} of ${name}`, pictures), `<b>${title}</b> ${hint}`);
  return (
    '<div class="panels">' +
    panel('input', draw(example.signal, signalWindow(example), gray), 'transmitted light') +
    panel('prediction', draw(counted(prediction, weight), window, lookUp), 'in the colors of the truth') +
    panel('truth', draw(counted(target, weight), window, lookUp), `measured ${colorBar(window, color)}`) +
    panel('error', draw(error, ERROR_WINDOW, diverging), colorBar(ERROR_WINDOW, null)) +
    '</div>'
  );
}

/** An image for each plane, of which one is to be seen. */
function images({ planeNames }: ReportExample, alt: string, pictures: readonly Picture[]): string {
  return pictures
    .map((picture, plane) => {
      const text = escapeHtml(planeNames.length > 1 ? `${alt}, ${planeNames[plane]}` : alt);
      const hidden = plane === middleOf(planeNames) ? '' : ' hidden';
      return `<img data-plane="${plane}" alt="${text}" src="${dataUri(picture)}"${hidden}>`;
    })
    .join('');
}

function figure(example: ReportExample, content: string, caption: string, kind: string = ''): string {
  const classes = ['frame', kind, example.signal.width < COARSE_WIDTH ? 'coarse' : ''].filter(Boolean).join(' ');
  const above = `${scaleBar(example)}<i class="cross"></i>`;
  return `<figure><div class="${classes}">${content}${above}</div><figcaption>${caption}</figcaption></figure>`;
}

/** The window's ends beside its colors, in standard deviations: from black to a structure's color, or of an error. */
function colorBar({ low, high }: Window, color: string | null): string {
  const bar = color === null ? '<i class="error"></i>' : `<i style="--c:${escapeHtml(color)}"></i>`;
  const number = (value: number) => `<small>${value.toFixed(1).replace('-', '−')}</small>`;
  return `<span class="key">${number(low)}${bar}${number(high)}</span>`;
}

/** 1, 2 or 5 times a power of ten micrometers, at most a third of the width; nothing where the pixel size is unknown. */
function scaleBar({ pixelSize, signal: { width } }: ReportExample): string {
  if (pixelSize === null) return '';
  const most = (pixelSize * width) / 3;
  const decade = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((digit) => digit * decade).find((candidate) => candidate <= most) ?? decade;
  const label = Number(length.toPrecision(1));
  return `<span class="scale" style="--w:${((100 * length) / (pixelSize * width)).toFixed(1)}%">${label} µm</span>`;
}

/** The pictures of an example: input, prediction, truth and error of each structure, and all structures in one. */
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
  type Picture,
  type Window,
} from './color.ts';
import { escapeHtml } from './html.ts';
import type { Planes, ReportExample, ReportStructure } from './report-data.ts';

/** z-scores: an error of two standard deviations is drawn in full color. */
const ERROR_WINDOW: Window = { low: -2, high: 2 };

function signalWindow({ signal }: ReportExample): Window {
  return windowOf(signal, 0.005, 0.995);
}

/** Target and prediction share the target's window: a prediction that is too faint looks too faint. */
function structureWindow({ target }: ReportStructure): Window {
  return windowOf(target, 0.02, 0.998);
}

function draw(
  { planes, width, height }: Planes,
  plane: number,
  window: Window,
  lookUp: Parameters<typeof drawPlane>[4],
): Picture {
  return drawPlane(planes[plane], width, height, window, lookUp);
}

/** All structures in their colors, one on the other, as predicted and as measured. */
export function composites(
  example: ReportExample,
  plane: number,
): { signal: Picture; prediction: Picture; target: Picture } {
  const light = (of: 'prediction' | 'target') =>
    addLight(example.structures.map((s) => draw(counted(s[of], s.weight), plane, structureWindow(s), glow(s.color))));
  return {
    signal: draw(example.signal, plane, signalWindow(example), gray),
    prediction: light('prediction'),
    target: light('target'),
  };
}

/** Input, prediction, truth in one picture, of the middle plane: for a slide. */
export function triptychPng(example: ReportExample): Uint8Array {
  const { signal, prediction, target } = composites(example, middleOf(example.planeNames));
  return pngOf(sideBySide([signal, prediction, target], 6));
}

/** Where a weight map says that nothing is known, nothing is shown: the lowest value stands there. */
function counted(image: Planes, weight: Planes | null): Planes {
  if (!weight) return image;
  const lowest = image.planes.reduce((low, plane) => plane.reduce((a, b) => Math.min(a, b), low), Infinity);
  return {
    ...image,
    planes: image.planes.map((plane, p) => plane.map((v, i) => (weight.planes[p][i] > 0 ? v : lowest))),
  };
}

/** The figures of one structure, a picture for each plane in each. */
export function structurePanels(example: ReportExample, structure: ReportStructure): string {
  const { signal, planeNames } = example;
  const window = structureWindow(structure);
  const { target, prediction, weight } = structure;
  const error: Planes = {
    ...target,
    planes: target.planes.map((plane, p) =>
      plane.map((value, i) => (weight && !(weight.planes[p][i] > 0) ? 0 : prediction.planes[p][i] - value)),
    ),
  };
  const color = glow(structure.color);
  const kinds = [
    { title: 'input', hint: 'transmitted light', pictures: signal, window: signalWindow(example), lookUp: gray },
    { title: 'prediction', hint: 'from the input alone', pictures: counted(prediction, weight), window, lookUp: color },
    { title: 'truth', hint: 'measured', pictures: counted(target, weight), window, lookUp: color },
    {
      title: 'error',
      hint: 'blue: too little, red: too much',
      pictures: error,
      window: ERROR_WINDOW,
      lookUp: diverging,
    },
  ];
  const figures = kinds.map(({ title, hint, pictures, window: range, lookUp }) => {
    const images = planeNames.map((name, plane) => {
      const alt = `${title} of ${structure.name}, ${name}`;
      const shown = plane === middleOf(planeNames) ? '' : ' hidden';
      return `<img data-plane="${plane}" alt="${escapeHtml(alt)}" src="${dataUri(draw(pictures, plane, range, lookUp))}"${shown}>`;
    });
    return `<figure><div class="stack">${images.join('')}</div><figcaption><b>${title}</b> ${hint}</figcaption></figure>`;
  });
  return `<div class="panels">${figures.join('')}</div>`;
}

/** The wipe: truth below, prediction above it, cut where the slider stands. */
export function hero(example: ReportExample): string {
  const plane = middleOf(example.planeNames);
  const { signal, prediction, target } = composites(example, plane);
  const bar = scaleBar(example);
  const image = (picture: Picture, alt: string, more = '') => `<img${more} alt="${alt}" src="${dataUri(picture)}">`;
  return (
    '<div class="hero">' +
    `<figure><div class="frame">${image(signal, 'transmitted light')}${bar}</div><figcaption><b>What the microscope saw</b> transmitted light, no dye</figcaption></figure>` +
    `<figure><div class="frame">${image(prediction, 'prediction')}${bar}</div><figcaption><b>What Unstained predicts</b> ${legend(example)}</figcaption></figure>` +
    `<figure><div class="frame wipe">${image(target, 'measured fluorescence')}${image(prediction, 'prediction', ' class="over"')}` +
    '<input type="range" min="0" max="100" value="0" aria-label="wipe between the measured and the predicted image"></div>' +
    '<figcaption><b>What was really there</b> drag across: prediction over truth</figcaption></figure></div>'
  );
}

function legend({ structures }: ReportExample): string {
  return structures
    .map(({ name, color }) => `<span class="dot" style="--c:${escapeHtml(color)}"></span>${escapeHtml(name)}`)
    .join(' ');
}

export function middleOf(names: readonly string[]): number {
  return names.length >> 1;
}

/** 1, 2 or 5 times a power of ten micrometers, at most a third of the width; nothing where the pixel size is unknown. */
function scaleBar({ pixelSize, signal: { width } }: ReportExample): string {
  if (pixelSize === null) return '';
  const most = (pixelSize * width) / 3;
  const decade = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((digit) => digit * decade).find((candidate) => candidate <= most) ?? decade;
  return `<span class="scale" style="--w:${((100 * length) / (pixelSize * width)).toFixed(1)}%">${length} µm</span>`;
}

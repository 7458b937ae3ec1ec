/**
 * The description of a model package for other programs: rdf.yaml of BioImage.IO, format 0.5
 * (https://github.com/bioimage-io/spec-bioimage-io). What is said here of input and output is what a program that knows nothing
 * of unstained does before and after the network; unstained goes by `config.unstained`.
 */
import { alignmentOf, parameterCount } from '../network/index.ts';
import type { ModelDescription } from './description.ts';
import { OPSET } from './network-graph.ts';

/** Names of the files in a package. */
export const MODEL_FILES = {
  rdf: 'rdf.yaml',
  weights: 'weights.onnx',
  testInput: 'test-input.npy',
  testOutput: 'test-output.npy',
  documentation: 'README.md',
  /** Images that were learned from: too many, at times, for rdf.yaml. */
  data: 'training-data.json',
  cover: 'cover.png',
} as const;

/** Of the list of images: some 50,000 of them. What a reader parses must be bounded, however many there are. */
export const MOST_DATA_BYTES: number = 2 ** 23;

const FORMAT = '0.5.3';
const PAPER = {
  text: 'Ounkomol et al. (2018): Label-free prediction of three-dimensional fluorescence images from transmitted-light microscopy. Nature Methods 15, 917-920.',
  doi: '10.1038/s41592-018-0111-2',
};
const FORMAT_PAPER = {
  text: 'Ouyang et al. (2022): BioImage Model Zoo: A Community-Driven Resource for Accessible Deep Learning in BioImage Analysis.',
  doi: '10.1101/2022.06.07.495102',
};
/** Keeps the division from failing; far below any image's deviation. The format asks for one. */
const EPSILON = 1e-6;

export interface Publication {
  /** 5 to 64 letters, digits, blanks and `_+-()`; null: made of the targets. */
  readonly name: string | null;
  readonly authors: readonly { readonly name: string; readonly affiliation?: string; readonly github_user?: string }[];
  /** SPDX identifier, such as `CC-BY-4.0`; null: nobody said. */
  readonly license: string | null;
  /** ISO 8601. */
  readonly timestamp: string;
}

/** SHA-256 of each file that rdf.yaml points to. */
export type FileHashes = Readonly<Record<'weights' | 'testInput' | 'testOutput' | 'data', string>>;

/** The document, still to be written as YAML. */
export function bioimageIo(model: ModelDescription, publication: Publication, hashes: FileHashes): object {
  const structures = model.targets.map(({ name }) => name).join(', ');
  return {
    type: 'model',
    format_version: FORMAT,
    name: modelName(model, publication),
    description:
      `Predicts the fluorescence of ${structures} from transmitted light: a ${model.network.dims}D U-Net, trained with unstained.`.slice(
        0,
        512,
      ),
    authors: publication.authors.length > 0 ? publication.authors : [{ name: 'unknown' }],
    ...(publication.license === null ? {} : { license: publication.license }),
    cite: [PAPER, FORMAT_PAPER],
    tags: [
      `${model.network.dims}d`,
      'unet',
      'fluorescence-light-microscopy',
      'transmitted-light',
      'label-free',
      'image-to-image',
      'pix2pix',
      'unstained',
    ],
    documentation: MODEL_FILES.documentation,
    covers: [MODEL_FILES.cover],
    attachments: [{ source: MODEL_FILES.data, sha256: hashes.data }],
    timestamp: publication.timestamp,
    inputs: [
      {
        id: 'signal',
        description: 'transmitted light',
        axes: [{ type: 'batch' }, channelAxis(inputNames(model)), ...inputSpace(model)],
        data: { type: 'float32' },
        test_tensor: { source: MODEL_FILES.testInput, sha256: hashes.testInput },
        preprocessing: preprocessing(model),
      },
    ],
    outputs: [
      {
        id: 'prediction',
        description: 'predicted fluorescence',
        axes: [{ type: 'batch' }, channelAxis(outputNames(model)), ...outputSpace(model)],
        data: { type: 'float32' },
        test_tensor: { source: MODEL_FILES.testOutput, sha256: hashes.testOutput },
        postprocessing: postprocessing(model),
      },
    ],
    weights: { onnx: { source: MODEL_FILES.weights, sha256: hashes.weights, opset_version: OPSET } },
    config: {
      bioimageio: {
        architecture_type: `${model.network.dims}D U-Net`,
        model_parameter_count: parameterCount(model.network),
        modality: 'transmitted-light microscopy',
        task: 'fluorescence prediction',
        target_structure: model.targets.map(({ name }) => name),
      },
      unstained: { ...model, data: undefined },
    },
  };
}

/** Of letters and signs that the format allows, 5 to 64 of them. */
export function modelName({ targets }: ModelDescription, { name }: Publication): string {
  const wanted = name ?? `${targets.map((target) => target.name).join(' and ')} from transmitted light`;
  return wanted
    .replace(/[^A-Za-z0-9_+\- ()]+/g, '_')
    .slice(0, 64)
    .trim()
    .padEnd(5, '_');
}

/** The normalization in the format's words; where these cannot say it, what is nearest, and the documentation says what differs. */
function preprocessing({ signal, network }: ModelDescription): object[] {
  const space = ['z', 'y', 'x'].slice(3 - network.dims);
  // Planes that are channels are normalized together, channels of an image each by itself: both at once cannot be said.
  const axes = signal.planes !== null && signal.channels === 1 ? ['channel', ...space] : space;
  switch (signal.normalization) {
    case 'zscore':
    case 'zscore-center':
      return [{ id: 'zero_mean_unit_variance', kwargs: { axes, eps: EPSILON } }];
    case 'percentile':
      return [{ id: 'scale_range', kwargs: { axes, min_percentile: 0.5, max_percentile: 99.5, eps: EPSILON } }];
    case 'none':
      return [];
  }
}

function postprocessing(model: ModelDescription): object[] {
  const { scales, offsets } = unitsOf(model);
  if (scales.every((scale) => scale === 1) && offsets.every((offset) => offset === 0)) return [];
  return [{ id: 'scale_linear', kwargs: { axis: 'channel', gain: scales, offset: offsets } }];
}

/** What turns each output channel into the targets' units: output * scale + offset. What says how sure it is stays as it is. */
export function unitsOf({ targets, loss }: Pick<ModelDescription, 'targets' | 'loss'>): {
  scales: number[];
  offsets: number[];
} {
  const means = targets.map(({ units }) => units ?? { scale: 1, offset: 0 });
  const variances = loss === 'gaussian' ? means.map(() => ({ scale: 1, offset: 0 })) : [];
  const all = [...means, ...variances];
  return { scales: all.map(({ scale }) => scale), offsets: all.map(({ offset }) => offset) };
}

function channelAxis(names: readonly string[]): object {
  return { type: 'channel', channel_names: identifiers(names) };
}

function inputNames({ signal: { channels, planes } }: ModelDescription): string[] {
  const names = channels === 1 ? ['signal'] : Array.from({ length: channels }, (_, c) => `signal${c}`);
  return planes === null ? names : names.flatMap((name) => Array.from({ length: planes }, (_, z) => `${name}_z${z}`));
}

function outputNames({ targets, loss }: ModelDescription): string[] {
  const names = targets.map(({ name }) => name);
  return loss === 'gaussian' ? [...names, ...names.map((name) => `${name}_variance`)] : names;
}

/** Names as Python allows them, each once: older programs ask for that. */
function identifiers(names: readonly string[]): string[] {
  const made: string[] = [];
  for (const name of names) {
    const plain = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d|$)/, '_');
    let unique = plain;
    for (let i = 1; made.includes(unique); i++) unique = `${plain}_${i}`;
    made.push(unique);
  }
  return made;
}

function spaceOf({ network, voxelSize }: ModelDescription): { readonly id: 'z' | 'y' | 'x'; readonly scale: object }[] {
  return (['z', 'y', 'x'] as const).slice(3 - network.dims).map((id) => {
    const scale = voxelSize?.[id] ?? null;
    return { id, scale: scale === null ? {} : { unit: 'micrometer', scale } };
  });
}

function inputSpace(model: ModelDescription): object[] {
  const cell = alignmentOf(model.network);
  return spaceOf(model).map(({ id, scale }) => ({ type: 'space', id, size: { min: cell, step: cell }, ...scale }));
}

function outputSpace(model: ModelDescription): object[] {
  return spaceOf(model).map(({ id, scale }) => ({
    type: 'space',
    id,
    size: { tensor_id: 'signal', axis_id: id },
    ...scale,
  }));
}

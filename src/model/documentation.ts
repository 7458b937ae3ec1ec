/** A model package's README.md: what the model does, how to use it here and elsewhere, how well it does. */
import { alignmentOf, parameterCount, reachOf } from '../network/index.ts';
import { MODEL_FILES, modelName, type Publication } from './bioimage-io.ts';
import type { ModelDescription } from './description.ts';

/** Markdown. What comes from files (names) is written as text, never as markup. */
export function modelDocumentation(model: ModelDescription, publication: Publication): string {
  const { network, targets, signal, step } = model;
  const structures = targets.map(({ name }) => plain(name)).join(', ');
  return `${[
    `# ${plain(modelName(model, publication))}`,
    `Predicts the fluorescence of ${structures} from transmitted light, as Ounkomol et al. (Nature Methods 2018) do: a ` +
      `${network.dims}D U-Net of depth ${network.depth} with ${network.channels} channels on its first level ` +
      `(${parameterCount(network)} parameters), trained for ${step} steps.`,
    '## Use',
    'With unstained, which reads from this package all that it needs:',
    '```sh\nunstained predict --model model.zip cells.ome.tif --out prediction.ome.tif\n```',
    'With any other program that knows the BioImage.IO format, or ONNX:',
    list([
      `Input: \`signal\`, float32, (batch, channel, ${network.dims === 3 ? 'z, ' : ''}y, x), ${inputText(model)}.`,
      normalizationText(model),
      voxelText(model),
      `Sizes: multiples of ${alignmentOf(network)} along ${network.dims === 3 ? 'z, y and x' : 'y and x'}. A predicted voxel depends on ` +
        `others up to ${reachOf(network)} away; tiles must overlap by twice as much, or be predicted at once.`,
      outputText(model),
    ]),
    '## Validation',
    validationText(model),
    '## Training',
    list([
      `Loss: ${model.loss}. Normalization of the signal: ${signal.normalization}.`,
      `Made with ${Object.entries(model.versions)
        .map(([name, version]) => `${plain(name)} ${plain(version)}`)
        .join(', ')}.`,
      `Learned from ${model.data.length} images; their hashes are in ${MODEL_FILES.data}, all settings in rdf.yaml under config.unstained.`,
    ]),
  ].join('\n\n')}\n`;
}

function inputText({ signal: { channels, planes }, network }: ModelDescription): string {
  if (planes !== null) return `the ${planes} planes of a stack as ${network.inputChannels} channels`;
  return channels === 1 ? 'one channel' : `${channels} channels`;
}

function normalizationText({ signal, network }: ModelDescription): string {
  const per = `each image${signal.channels > 1 ? ' and channel' : ''} by itself`;
  const stack =
    network.dims === 2 && signal.planes === null ? ' In a stack that is the whole stack, not each plane.' : '';
  const both =
    signal.planes !== null && signal.channels > 1
      ? ' All planes of a channel together, which rdf.yaml cannot say.'
      : '';
  switch (signal.normalization) {
    case 'zscore':
      return `Normalization: minus the mean, divided by the standard deviation, ${per}.${stack}${both}`;
    case 'zscore-center':
      return (
        `Normalization: minus the mean, divided by the standard deviation, of the central 32 planes, ${per}. ` +
        `rdf.yaml cannot say that and names all planes.${both}`
      );
    case 'percentile':
      return `Normalization: the 0.5 % percentile to 0, the 99.5 % percentile to 1, ${per}.${stack}${both}`;
    case 'none':
      return 'Normalization: none.';
  }
}

function voxelText({ voxelSize, resampled }: ModelDescription): string {
  if (!voxelSize) return 'Voxel size: not known. Images should be as those that were learned from.';
  const sizes = (['z', 'y', 'x'] as const).map((axis) => `${axis} ${voxelSize[axis] ?? 'unknown'}`).join(', ');
  return `Voxel size: ${sizes} micrometers. ${resampled ? 'Resample other images to it.' : 'Images of another one were not learned from.'}`;
}

function outputText({ targets, loss }: ModelDescription): string {
  const channels = targets.map(({ name }) => plain(name)).join(', ');
  const variances =
    loss === 'gaussian'
      ? ', then for each a t that says how sure the network is: the logarithm of the variance is 10 t / sqrt(100 + t^2), normalized'
      : '';
  const restored = targets.some(({ units }) => units !== null);
  return (
    `Output: \`prediction\`, float32, the same size; channels ${channels}${variances}. ` +
    (restored
      ? 'As rdf.yaml says, they are brought back to the units of the images that were learned.'
      : 'Normalized, without units.')
  );
}

function validationText({ metrics }: ModelDescription): string {
  const names = [...new Set(metrics.flatMap(({ values }) => Object.keys(values)))];
  if (metrics.length === 0 || names.length === 0)
    return 'Nothing was held out, so nothing is known. Predict an image that was not learned from, and compare with its fluorescence.';
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = [
    row(['structure', ...names.map(plain)]),
    row(['---', ...names.map(() => '---')]),
    ...metrics.map(({ target, values }) =>
      row([plain(target), ...names.map((name) => values[name]?.toPrecision(4) ?? 'not measured')]),
    ),
  ];
  return (
    'On what training had not seen (r: Pearson correlation; normalizedL2: squared error over the square of the z-scored target, ' +
    `1 for a blank prediction):\n\n${table.join('\n')}\n\nCompare with images of your own: ` +
    '`unstained evaluate --model model.zip --signal bright-field.tif --target fluorescence.tif`.'
  );
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** Text that Markdown does not take for markup. */
function plain(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>()#+!|~&]/g, '\\$&');
}

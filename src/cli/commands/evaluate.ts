/** `unstained evaluate` */
import { UsageError } from '../../core/index.ts';
import { STOPS, type Command } from '../command.ts';
import { formatNumber, formatTable } from '../format.ts';
import {
  AXES,
  axesOf,
  DEVICE,
  MEMORY,
  memoryBytesOf,
  MODEL,
  namedFile,
  OVERWRITE,
  SIGNAL,
  TARGET,
  THREADS,
  VOXEL_SIZE,
  voxelSizeOf,
  WEIGHT,
} from '../options.ts';

export const evaluate: Command = {
  usage: '[NAME=]PREDICTION ... --target [NAME=]FILE',
  about: [
    'Compares predicted fluorescence with what was measured: Pearson r (1 is perfect) and the normalized L2 error of ' +
      'Ounkomol et al. (0 is perfect; a blank prediction scores 1). Give predictions that are there already, or a ' +
      'model and a signal to predict from.',
    'Where there are several, a prediction and its target bear the same NAME. A file with = in its path: ./a=b.tif.',
  ],
  operands: { name: 'PREDICTION', most: Infinity },
  options: [
    {
      title: 'Images',
      options: [
        TARGET,
        MODEL,
        SIGNAL,
        WEIGHT,
        { name: 'out', value: 'FILE', help: 'writes the numbers here too, as JSON' },
        VOXEL_SIZE,
        AXES,
        OVERWRITE,
      ],
    },
    { title: 'Computer', options: [DEVICE, THREADS, MEMORY] },
  ],
  examples: [
    {
      say: 'A prediction against the measured image',
      type: 'unstained evaluate predicted.ome.tif --target nuclei.ome.tif',
    },
    {
      say: 'A model on a field that it never saw',
      type: 'unstained evaluate --model runs/dna --signal bf2.ome.tif --target dna=nuclei2.ome.tif',
    },
  ],
  atInterrupt: STOPS,
  prepare(given) {
    const predictions = given.operands.map(namedFile);
    const model = given.one('model');
    if (predictions.length > 0 === (model !== null))
      throw new UsageError('usage/missing', {
        what:
          model === null
            ? 'evaluate needs predictions, or a model.'
            : 'evaluate takes predictions or --model, not both.',
        remedy:
          'Either: unstained evaluate PREDICTION --target FILE\n  or: unstained evaluate --model RUN --signal FILE --target FILE',
      });
    given.need(...(model === null ? ['target'] : ['signal', 'target']));
    const request = {
      model,
      signal: given.one('signal'),
      predictions,
      targets: given.many('target').map(namedFile),
      weight: given.one('weight'),
      voxelSize: voxelSizeOf(given),
      axes: axesOf(given),
      memoryBytes: memoryBytesOf(given),
      out: given.one('out'),
      overwrite: given.has('overwrite'),
    };
    return async (verbs, world, call) => {
      const result = await verbs.evaluate(world, request, call);
      const rows = result.results.map(({ name, voxels, r, normalizedL2 }) => [
        name ?? 'target',
        String(voxels),
        formatNumber(r),
        formatNumber(normalizedL2),
      ]);
      return { json: result, text: formatTable([['structure', 'voxels', 'r', 'normalized L2'], ...rows]) };
    };
  },
};

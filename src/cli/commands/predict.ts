/** `unstained predict` */
import { UsageError } from '../../core/index.ts';
import { STOPS, type Command } from '../command.ts';
import { formatSeconds, formatTable } from '../format.ts';
import {
  AXES,
  axesOf,
  DEVICE,
  MEMORY,
  memoryBytesOf,
  MODEL,
  OVERWRITE,
  THREADS,
  VOXEL_SIZE,
  voxelSizeOf,
} from '../options.ts';

export const predict: Command = {
  usage: 'IMAGE [IMAGE ...] --model RUN --out PATH',
  about: [
    'Predicts the fluorescence of transmitted-light images with a model that train made. Images of any size: they are ' +
      'predicted tile by tile, and the result is the same whatever the tiles.',
  ],
  operands: { name: 'IMAGE', most: Infinity },
  options: [
    {
      title: 'Images',
      options: [
        MODEL,
        {
          name: 'out',
          value: 'PATH',
          help: 'the image to write (dna.ome.tif), or a folder, which several images need',
        },
        VOXEL_SIZE,
        AXES,
        OVERWRITE,
      ],
    },
    { title: 'Computer', options: [DEVICE, THREADS, MEMORY] },
  ],
  examples: [
    { say: 'One image', type: 'unstained predict new.ome.tif --model runs/dna --out dna.ome.tif' },
    {
      say: 'Many, within 4 GB of memory',
      type: 'unstained predict day1/*.tif --model runs/dna --out predicted/ --memory 4GB',
    },
  ],
  atInterrupt: STOPS,
  prepare(given) {
    if (given.operands.length === 0)
      throw new UsageError('usage/missing', {
        what: 'predict needs an image.',
        remedy: 'The form is: unstained predict IMAGE [IMAGE ...] --model RUN --out PATH',
      });
    given.need('model', 'out');
    const request = {
      model: given.one('model')!,
      images: given.operands,
      out: given.one('out')!,
      voxelSize: voxelSizeOf(given),
      axes: axesOf(given),
      memoryBytes: memoryBytesOf(given),
      overwrite: given.has('overwrite'),
    };
    return async (verbs, world, call) => {
      const result = await verbs.predict(world, request, call);
      const rows = result.outputs.map(({ image, file, seconds }) => [image, file, formatSeconds(seconds)]);
      return { json: result, text: formatTable([['image', 'prediction', 'time'], ...rows]) };
    };
  },
};

/** `unstained inspect` */
import { UsageError } from '../../core/index.ts';
import { STOPS, type Command } from '../command.ts';
import { formatFacts } from '../facts.ts';
import { AXES, axesOf } from '../options.ts';

export const inspect: Command = {
  usage: 'PATH',
  about: [
    'Tells what is in a file or folder: of an image its axes, size, type, voxel size, time step (seconds) and channels ' +
      '(wavelengths in nanometers), and of FILE#scene=1,channel=0 what that part is; of a run, a ' +
      'checkpoint or a model package its network, its step, its structures, its measures and its settings.',
  ],
  operands: { name: 'PATH', most: 1 },
  options: [
    {
      title: 'Options',
      options: [
        {
          name: 'pixels',
          help: 'adds the sha256 of the pixels (T, C, Z, Y, X order, little-endian, in the type of the file)',
        },
        AXES,
      ],
    },
  ],
  examples: [
    { say: 'An image', type: 'unstained inspect cells.ome.tif' },
    { say: 'A part of an image, with a fingerprint', type: 'unstained inspect cells.ome.tif#channel=DNA --pixels' },
    { say: 'What a model predicts, and how well', type: 'unstained inspect runs/dna/model.zip' },
    { say: 'A run, for a program', type: 'unstained inspect runs/dna --json' },
  ],
  atInterrupt: STOPS,
  prepare(given) {
    const [path] = given.operands;
    if (path === undefined)
      throw new UsageError('usage/missing', {
        what: 'inspect needs a file or folder.',
        remedy: 'The form is: unstained inspect PATH',
      });
    const request = { pixels: given.has('pixels'), axes: axesOf(given) };
    return async (verbs, world, call) => {
      const result = await verbs.inspect(world, path, request, call);
      return { json: result, text: formatFacts(result) };
    };
  },
};

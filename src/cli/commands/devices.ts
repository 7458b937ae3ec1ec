/** `unstained devices` */
import { PRESETS, resolveConfig } from '../../config/index.ts';
import type { DevicesResult, ExplainedNetwork } from '../../api/index.ts';
import { STOPS, type Command } from '../command.ts';
import { formatTable } from '../format.ts';

export const devices: Command = {
  usage: '',
  about: [
    'Tells what can compute here, and with how many threads.',
    "--explain also tells how each layer of a network would be computed in training, and when that way is taken; a run's " +
      'environment.json has the same of the run.',
  ],
  operands: null,
  options: [
    {
      title: 'How it computes',
      options: [
        { name: 'explain', help: 'tells for each layer of the network how it is computed' },
        { name: 'preset', value: PRESETS.join('|'), help: 'whose network is explained [default]' },
      ],
    },
  ],
  examples: [
    { say: 'What is there', type: 'unstained devices' },
    { say: "How the paper's network would be computed here", type: 'unstained devices --explain --preset paper' },
    { say: 'The same for a program', type: 'unstained devices --json' },
  ],
  atInterrupt: STOPS,
  async prepare(given) {
    const { config } = resolveConfig({ preset: given.one('preset') ?? undefined, set: [] });
    const explain = given.has('explain') ? config : null;
    return async (verbs, world) => {
      const result = await verbs.devices(world, { explain });
      return { json: result, text: devicesText(result) };
    };
  },
};

function devicesText({ devices: found, explained }: DevicesResult): string {
  const rows = found.map(({ device, processor, threads, memoryBytes, onnxruntime, convBlock, voxelsPerSecond }) => [
    device,
    processor,
    String(threads),
    `${(memoryBytes / 1e9).toFixed(0)} GB`,
    onnxruntime,
    convBlock === null ? 'none' : `${convBlock} channels`,
    `${(voxelsPerSecond / 1e6).toPrecision(2)} million`,
  ]);
  const head = ['device', 'processor', 'threads', 'memory', 'ONNX Runtime', 'blocks', 'voxels/s of a small network'];
  return [formatTable([head, ...rows]), ...(explained ? ['', explanation(explained)] : [])].join('\n');
}

function explanation({ batch, patch, memoryBytes, recompute, layers }: ExplainedNetwork): string {
  const rows = layers.flatMap(({ layer, input, forward, inputGradient, weightGradient }) => [
    [layer, input.join(' x '), 'forward', forward.form, forward.when],
    ...(inputGradient ? [['', '', "its input's gradient", inputGradient.form, inputGradient.when]] : []),
    ...(weightGradient ? [['', '', "its weight's gradient", weightGradient.form, weightGradient.when]] : []),
  ]);
  const keeps = recompute ? 'activations are computed again to save memory' : 'activations are kept';
  return [
    `A training step of ${batch} patches of ${patch.join(' x ')}: about ${(memoryBytes / 1e9).toPrecision(2)} GB; ${keeps}.`,
    '',
    formatTable([['layer', 'takes (c, z, y, x)', 'what', 'how', 'when'], ...rows]),
  ].join('\n');
}

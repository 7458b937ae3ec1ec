/** `unstained devices` */
import { STOPS, type Command } from '../command.ts';
import { formatTable } from '../format.ts';

export const devices: Command = {
  usage: '',
  about: ['Tells what can compute here, and with how many threads.'],
  operands: null,
  options: [],
  examples: [
    { say: 'What is there', type: 'unstained devices' },
    { say: 'The same for a program', type: 'unstained devices --json' },
  ],
  atInterrupt: STOPS,
  prepare: () => async (verbs, world) => {
    const result = await verbs.devices(world);
    const rows = result.devices.map(({ device, processor, threads, memoryBytes, onnxruntime, voxelsPerSecond }) => [
      device,
      processor,
      String(threads),
      `${(memoryBytes / 1e9).toFixed(0)} GB`,
      onnxruntime,
      `${(voxelsPerSecond / 1e6).toPrecision(2)} million`,
    ]);
    const head = ['device', 'processor', 'threads', 'memory', 'ONNX Runtime', 'voxels/s of a small network'];
    return { json: result, text: formatTable([head, ...rows]) };
  },
};

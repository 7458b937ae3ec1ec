/** `unstained devices` */
import { STOPS, type Command } from '../command.ts';
import { formatFacts } from '../facts.ts';

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
    return { json: result, text: formatFacts(result) };
  },
};

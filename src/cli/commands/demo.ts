/** `unstained demo` */
import { STOPS_AND_SAVES, type Command, type Given } from '../command.ts';
import { formatSeconds } from '../format.ts';
import { DEVICE, OVERWRITE, positive, THREADS, wrongValue } from '../options.ts';

export const demo: Command = {
  usage: '[--out FOLDER]',
  about: [
    'Trains a small network on a real example that comes with the package, predicts a part of the field that it never saw, ' +
      'measures the prediction, and writes a page with pictures that opens in any browser.',
  ],
  operands: null,
  options: [
    {
      title: 'Options',
      options: [
        { name: 'out', value: 'FOLDER', help: 'where all of it goes [demo]' },
        { name: 'minutes', value: 'N', help: 'how long to train, in minutes; longer is better' },
        OVERWRITE,
        DEVICE,
        THREADS,
      ],
    },
  ],
  examples: [
    { say: 'See it work', type: 'unstained demo' },
    { say: 'Give it ten minutes, and put it elsewhere', type: 'unstained demo --minutes 10 --out /tmp/demo' },
  ],
  atInterrupt: STOPS_AND_SAVES,
  prepare(given) {
    const request = { out: given.one('out') ?? 'demo', minutes: minutesOf(given), overwrite: given.has('overwrite') };
    return async (verbs, world, call) => {
      const result = await verbs.demo(world, request, call);
      return { json: result, text: `Done in ${formatSeconds(result.seconds)}. Open ${result.report} in a browser.` };
    };
  },
};

function minutesOf(given: Given): number | null {
  const text = given.one('minutes');
  if (text === null) return null;
  const minutes = positive(text);
  if (minutes !== null) return minutes;
  throw wrongValue('minutes', text, 'a number of minutes above 0');
}

/** `unstained demo` */
import { STOPS_AND_SAVES, type Command } from '../command.ts';
import { formatNumber, formatSeconds, formatTable } from '../format.ts';
import { DEVICE, OVERWRITE, THREADS } from '../options.ts';

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
      options: [{ name: 'out', value: 'FOLDER', help: 'where all of it goes [demo]' }, OVERWRITE, DEVICE, THREADS],
    },
  ],
  examples: [
    { say: 'See it work', type: 'unstained demo' },
    { say: 'Put it elsewhere', type: 'unstained demo --out /tmp/demo' },
  ],
  atInterrupt: STOPS_AND_SAVES,
  prepare(given) {
    const request = { out: given.one('out') ?? 'demo', overwrite: given.has('overwrite') };
    return async (verbs, world, call) => {
      const result = await verbs.demo(world, request, call);
      const rows = result.examples.flatMap(({ name, heldOut }) =>
        heldOut.map((measured) => [name, measured.name, formatNumber(measured.r), formatNumber(measured.normalizedL2)]),
      );
      const table = formatTable([['on what was never seen', 'structure', 'r', 'normalized L2'], ...rows]);
      return {
        json: result,
        text: `${table}\n\nDone in ${formatSeconds(result.seconds)}. Open ${result.report} in a browser.`,
      };
    };
  },
};

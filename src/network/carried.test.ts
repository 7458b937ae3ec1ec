import { describe, expect, it } from 'vitest';
import { random } from '../core/index.ts';
import type { NetworkDescription } from './description.ts';
import {
  averagedNetwork,
  averageName,
  carriedTensors,
  encoderParameters,
  firstCarried,
  initialTensors,
  momentNames,
  parametersOf,
  statisticsOf,
  trainingProgram,
} from './index.ts';

const net: NetworkDescription = { dims: 2, depth: 1, channels: 2, inputChannels: 1, outputChannels: 1 };
const adam = { betas: [0.5, 0.999], weightDecay: 0 } as const;
const encoder = encoderParameters(net);

describe.each([
  { average: false, frozen: new Set<string>() },
  { average: true, frozen: new Set<string>() },
  { average: false, frozen: encoder },
  { average: true, frozen: encoder },
])('with averages $average and frozen $frozen.size', (settings) => {
  const { carried } = trainingProgram(net, { batch: 1, patch: [4, 4], loss: 'mse', adam, ...settings });

  it('what is said to be carried is what the program carries', () => {
    const shapes = Object.fromEntries(carried.map(({ input }) => [input.name, input.shape]));
    expect(Object.fromEntries(carriedTensors(net, settings).map(({ name, shape }) => [name, shape]))).toEqual(shapes);
  });
  it('training begins with the network, moments of 0, and averages that are the network', () => {
    const network = initialTensors(net, random(1));
    const first = firstCarried(net, network, settings);
    expect(Object.keys(first).toSorted()).toEqual(carried.map(({ input }) => input.name).toSorted());
    for (const { name } of parametersOf(net)) {
      expect(first[name]).toEqual(network[name]);
      expect(first[name]).not.toBe(network[name]);
      const { m } = momentNames(name);
      expect(first[m]).toEqual(settings.frozen.has(name) ? undefined : new Float32Array(network[name].length));
    }
    expect(averagedNetwork(net, first)).toEqual(network);
  });
});

it('of the encoder nothing moves, of the rest all but biases before norms', () => {
  const { carried } = trainingProgram(net, { batch: 1, patch: [4, 4], loss: 'mse', adam, frozen: encoder });
  const still = carried.filter(({ input, next }) => input === next).map(({ input }) => input.name);
  const inEncoder = (name: string) => /sub_2conv_more|conv_down|bn0/.test(name);
  const own = [...parametersOf(net), ...statisticsOf(net)].map(({ name }) => name);
  expect(still.filter((name) => own.includes(name)).toSorted()).toEqual(
    own.filter((name) => inEncoder(name) || /(conv1|conv2|convt)\.bias$/.test(name)).toSorted(),
  );
});
it('the encoder is the way down to the deepest level, and that level', () => {
  const layers = [...encoder].filter((name) => name.endsWith('.weight')).map((name) => name.replace(/\.weight$/, ''));
  expect(layers).toEqual([
    'net_recurse.sub_2conv_more.conv1',
    'net_recurse.sub_2conv_more.bn1',
    'net_recurse.sub_2conv_more.conv2',
    'net_recurse.sub_2conv_more.bn2',
    'net_recurse.conv_down',
    'net_recurse.bn0',
    'net_recurse.sub_u.sub_2conv_more.conv1',
    'net_recurse.sub_u.sub_2conv_more.bn1',
    'net_recurse.sub_u.sub_2conv_more.conv2',
    'net_recurse.sub_u.sub_2conv_more.bn2',
  ]);
});
it('the network that predicts has the averages where there are some', () => {
  const network = initialTensors(net, random(1));
  const carried = firstCarried(net, network, { average: true, frozen: encoder });
  carried[averageName('conv_out.bias')][0] = 7;
  const averages = averagedNetwork(net, carried);
  expect(averages['conv_out.bias'][0]).toBe(7);
  expect(Object.keys(averages).toSorted()).toEqual(Object.keys(network).toSorted());
});
it('no weight map is fed but where the loss counts one', () => {
  const feeds = (loss: 'mse' | 'weighted-mse' | 'l1' | 'gaussian', weighted: boolean) => {
    const description = { ...net, outputChannels: 2 };
    return trainingProgram(description, { batch: 1, patch: [4, 4], loss, weighted, adam }).fed.map(({ name }) => name);
  };
  expect(feeds('mse', true)).not.toContain('weight');
  expect(feeds('weighted-mse', false)).toContain('weight');
  for (const loss of ['l1', 'gaussian'] as const) {
    expect(feeds(loss, true)).toContain('weight');
    expect(feeds(loss, false)).not.toContain('weight');
  }
});

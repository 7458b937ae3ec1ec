/** What training carries from step to step, by name: what a checkpoint holds. */
import { elementCount } from '../graph/index.ts';
import { averageName } from './average.ts';
import { convolutionsOf, type NetworkDescription } from './description.ts';
import { parametersOf, statisticsOf, type NamedTensor } from './parameters.ts';

/** What of the network does not move, and whether averages of the rest are kept. */
export interface CarriedSettings {
  /** Names of parameters that stay as they are. */
  readonly frozen?: ReadonlySet<string>;
  readonly average?: boolean;
}

/** Adam's moments of a parameter, by PyTorch's names. */
export function momentNames(parameter: string): { m: string; v: string } {
  return { m: `exp_avg.${parameter}`, v: `exp_avg_sq.${parameter}` };
}

/** Norms whose own parameters are both frozen keep their running statistics too, and use them. */
export function fixedNorms(description: NetworkDescription, frozen: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(
    convolutionsOf(description).flatMap(({ norm }) =>
      norm !== null && frozen.has(`${norm}.weight`) && frozen.has(`${norm}.bias`) ? [norm] : [],
    ),
  );
}

/** Parameters and running statistics; moments of what moves, and its averages where they are kept. */
export function carriedTensors(
  description: NetworkDescription,
  { frozen = new Set(), average = false }: CarriedSettings = {},
): NamedTensor[] {
  const fixed = fixedNorms(description, frozen);
  const averages = ({ name, shape }: NamedTensor) => (average ? [{ name: averageName(name), shape }] : []);
  return [
    ...parametersOf(description).flatMap((tensor) => {
      if (frozen.has(tensor.name)) return [tensor];
      const { m, v } = momentNames(tensor.name);
      return [tensor, { ...tensor, name: m }, { ...tensor, name: v }, ...averages(tensor)];
    }),
    ...statisticsOf(description).flatMap((tensor) =>
      fixed.has(tensor.name.replace(/\.running_(mean|var)$/, '')) ? [tensor] : [tensor, ...averages(tensor)],
    ),
  ];
}

/**
 * All that is carried into the first step: the network's own tensors as given, moments 0, and averages that begin with the
 * network itself. The network's own arrays are among them, not copies.
 */
export function firstCarried(
  description: NetworkDescription,
  network: Readonly<Record<string, Float32Array>>,
  settings: CarriedSettings = {},
): Record<string, Float32Array> {
  const averageOf = new Map(Object.keys(network).map((name) => [averageName(name), network[name]]));
  return Object.fromEntries(
    carriedTensors(description, settings).map(({ name, shape }) => [
      name,
      network[name] ?? averageOf.get(name)?.slice() ?? new Float32Array(elementCount(shape)),
    ]),
  );
}

/** The network that predicts: the averages in place of what they are of, where there are some. */
export function averagedNetwork(
  description: NetworkDescription,
  carried: Readonly<Record<string, Float32Array>>,
): Record<string, Float32Array> {
  return Object.fromEntries(
    [...parametersOf(description), ...statisticsOf(description)].map(({ name }) => [
      name,
      carried[averageName(name)] ?? carried[name],
    ]),
  );
}

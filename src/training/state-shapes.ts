/** The shape of every tensor that a training keeps between steps. */
import type { Config } from '../config/index.ts';
import { momentNames, parametersOf, statisticsOf, type NetworkDescription } from '../network/index.ts';

/** By name, in the order in which data flow. */
export function shapesOfState(
  description: NetworkDescription,
  _config: Config,
): [name: string, shape: readonly number[]][] {
  void _config;
  const parameters = parametersOf(description);
  return [
    ...parameters.flatMap(({ name, shape }): [string, readonly number[]][] => {
      const { m, v } = momentNames(name);
      return [
        [name, shape],
        [m, shape],
        [v, shape],
      ];
    }),
    ...statisticsOf(description).map(({ name, shape }): [string, readonly number[]] => [name, shape]),
  ];
}

/** Seeded random numbers whose state can be kept: the same seed draws the same patches on every machine. */
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

export interface Random {
  /** Uniform in [0, 1), 32 bits fine. */
  uniform(): number;
  /** Uniform whole number in [0, below). `below` is at most 2^32. */
  integer(below: number): number;
  /** Normal with mean 0 and deviation 1 (Box and Muller 1958; one of the pair is used, so that no state hides). */
  normal(): number;
  /** Everything that `randomFromState` needs to go on from here. */
  state(): readonly number[];
}

/** A generator (xoroshiro128+) that starts from `seed`, a whole number. */
export function random(seed: number): Random {
  return fromGenerator(xoroshiro128plus(seed));
}

/** The generator that `state()` described. */
export function randomFromState(state: readonly number[]): Random {
  return fromGenerator(xoroshiro128plusFromState(state));
}

function fromGenerator(generator: ReturnType<typeof xoroshiro128plus>): Random {
  const uniform = () => (generator.next() >>> 0) / 2 ** 32;
  return {
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    state: () => generator.getState(),
  };
}

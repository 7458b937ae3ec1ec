/** Seeded random numbers whose state can be kept: the same seed draws the same patches on every machine. */
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

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

/** A generator (xoroshiro128+) that starts from `seed`, a whole number from 0 to 2^32 - 1. */
export function random(seed: number): Random {
  return fromGenerator(xoroshiro128plusFromState(spread(seed)));
}

/**
 * Four words in which a seed's bits are spread, as the authors of the generator advise (by splitmix, here of 32 bits): from states
 * of small numbers and zeros its first draws would be nearly the same for seeds 0, 1, 2, ...
 */
function spread(seed: number): number[] {
  return [1, 2, 3, 4].map((n) => {
    let word = (seed + Math.imul(n, 0x9e3779b9)) | 0;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return word ^ (word >>> 16);
  });
}

/** The generator that `state()` described. */
export function randomFromState(state: readonly number[]): Random {
  return fromGenerator(xoroshiro128plusFromState(state));
}

function fromGenerator(generator: ReturnType<typeof xoroshiro128plusFromState>): Random {
  const uniform = () => (generator.next() >>> 0) / 2 ** 32;
  return {
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    state: () => generator.getState(),
  };
}

/**
 * Which images patches are drawn from at a time, for data beyond memory: a few, of which the one that has been there longest
 * gives way to another after so many patches (the switch rule of pytorch_fnet, Ounkomol et al. 2018).
 *
 * Images come in rounds. A round is all of them, shuffled, and none comes twice in it; one that is still in the buffer waits
 * until it has left, which pytorch_fnet doesn't mind: there a round's first image may stand in the buffer twice. So each of n
 * images comes within the first n switches, and again within the next 2n - 1.
 *
 * The state is plain JSON and changes by `drawImage` alone: with the random generator's it makes a resumed run go on as if it
 * had not stopped.
 */
import type { Random } from '../core/index.ts';

/** Images by their number in the data set. */
export interface ImageBuffer {
  /** How many there are. */
  readonly images: number;
  /** What is in memory, the longest first. */
  readonly members: readonly number[];
  /** What comes in this round, the next first. Never empty where images are switched. */
  readonly coming: readonly number[];
  /** Patches since the last switch. */
  readonly drawn: number;
}

/** The first `size` of `images` images in random order; where `size` is 0 or holds all, they stay for ever. */
export function fillBuffer(images: number, size: number, random: Random): ImageBuffer {
  const order = shuffled(images, random);
  const members = order.slice(0, size === 0 ? images : size);
  return { images, members, coming: order.slice(members.length), drawn: 0 };
}

/** The image of the next patch, each member's probability the same, and the buffer after it: switched at each `switchEvery`th. */
export function drawImage(
  buffer: ImageBuffer,
  switchEvery: number,
  random: Random,
): { readonly image: number; readonly buffer: ImageBuffer } {
  const { images, members } = buffer;
  const image = members[random.integer(members.length)];
  const next = nextImage(buffer);
  if (next === null) return { image, buffer };
  if (buffer.drawn + 1 < switchEvery) return { image, buffer: { ...buffer, drawn: buffer.drawn + 1 } };
  const coming = buffer.coming.filter((other) => other !== next);
  return {
    image,
    buffer: {
      images,
      members: [...members.slice(1), next],
      coming: coming.length > 0 ? coming : shuffled(images, random),
      drawn: 0,
    },
  };
}

/** Which image comes at the next switch, so that it can be read before; null where none does. */
export function nextImage({ members, coming }: ImageBuffer): number | null {
  return coming.find((image) => !members.includes(image)) ?? null;
}

/** The numbers below `count` in random order (Fisher and Yates). */
function shuffled(count: number, random: Random): readonly number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

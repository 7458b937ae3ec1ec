/** Samples to write and compare, for tests of formats. */
import { random } from '../../core/index.ts';
import { allocateSamples } from '../samples.ts';
import type { ImageSource, Samples, SampleType } from '../source.ts';

/** Planes of any numbers that the type can hold, the same for the same seed. No byte of a uint8 or uint16 is 0. */
export function noise(type: SampleType, length: number, planes: number, seed = 1): Samples[] {
  const { integer } = random(seed);
  const byte = () => 1 + integer(255);
  return Array.from({ length: planes }, () => {
    const plane = allocateSamples(type, length);
    for (let i = 0; i < length; i++) plane[i] = byte() * 256 + byte() - (type.startsWith('u') ? 0 : 2 ** 15);
    return plane;
  });
}

/** All of an image: each (t, c) as (z, y, x). */
export async function readAll(image: ImageSource): Promise<Samples[]> {
  const region = { start: { z: 0, y: 0, x: 0 }, size: image.size };
  const volumes: Samples[] = [];
  for (let time = 0; time < image.times; time++)
    for (let channel = 0; channel < image.channels.length; channel++)
      volumes.push(await image.read({ time, channel, region }));
  return volumes;
}

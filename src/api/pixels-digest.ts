/** The fingerprint of an image's samples: equal pixels in whatever file give equal digests. */
import { storedBytes, type ImageSource, type Samples } from '../io/index.ts';
import type { World } from './world.ts';

/** SHA-256 over T, C, Z, Y, X, little-endian, in the file's own type; a plane is read at a time. */
export async function pixelsSha256(world: Pick<World, 'createSha256'>, source: ImageSource): Promise<string> {
  const { times, channels, size } = source;
  const sha256 = world.createSha256();
  let samples: Samples | undefined;
  for (let time = 0; time < times; time++)
    for (let channel = 0; channel < channels.length; channel++)
      for (let z = 0; z < size.z; z++) {
        const region = { start: { z, y: 0, x: 0 }, size: { ...size, z: 1 } };
        samples = await source.read({ time, channel, region, into: samples });
        sha256.update(storedBytes(source.type, samples));
      }
  return sha256.digest();
}

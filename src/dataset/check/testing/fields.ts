/** Made-up fields: cells that a dye shows as spots, and that light falling in from one side shows as slopes. */
import { random, type Random } from '../../../core/index.ts';
import type { Size, Volume } from '../../../volume/index.ts';
import type { CheckedImage, CheckedTarget } from '../checked-pair.ts';

export interface MadeField {
  readonly signal: Volume;
  readonly target: Volume;
}

/** `cells` spots of a few voxels at random places; images of `size`, of a larger field that begins `before` voxels earlier. */
export function makeField(seed: number, size: Size, cells: number, shift: Size = { z: 0, y: 0, x: 0 }): MadeField {
  const rng = random(seed);
  const centers = Array.from({ length: cells }, () => ({
    z: rng.uniform() * size.z,
    y: rng.uniform() * (size.y + 40) - 20,
    x: rng.uniform() * (size.x + 40) - 20,
    radius: 2 + 2 * rng.uniform(),
  }));
  const target = empty(size);
  const signal = empty(size);
  for (const { z, y, x, radius } of centers) {
    add(target, { z: z + shift.z, y: y + shift.y, x: x + shift.x }, radius, () => 100);
    // Lit from the lower right: brighter where the cell rises, darker where it falls.
    add(signal, { z, y, x }, radius, (dy, dx) => (30 * (dy + dx)) / radius);
  }
  return { signal: noisy(signal, 1000, 2, rng), target: noisy(target, 10, 1, rng) };
}

function empty(size: Size): Volume {
  return { data: new Float32Array(size.z * size.y * size.x), channels: 1, size, voxelSize: null };
}

function add({ data, size }: Volume, at: Size, radius: number, height: (dy: number, dx: number) => number): void {
  const around = Math.ceil(3 * radius);
  for (let z = Math.max(0, Math.floor(at.z) - around); z < Math.min(size.z, at.z + around); z++)
    for (let y = Math.max(0, Math.floor(at.y) - around); y < Math.min(size.y, at.y + around); y++)
      for (let x = Math.max(0, Math.floor(at.x) - around); x < Math.min(size.x, at.x + around); x++) {
        const [dz, dy, dx] = [z - at.z, y - at.y, x - at.x];
        const value = Math.exp(-(dz * dz + dy * dy + dx * dx) / (2 * radius * radius));
        data[(z * size.y + y) * size.x + x] += value * height(dy, dx);
      }
}

function noisy(volume: Volume, ground: number, deviation: number, rng: Random): Volume {
  return { ...volume, data: volume.data.map((value) => value + ground + deviation * rng.normal()) };
}

export function checkedImage(file: string, volume: Volume): CheckedImage {
  return { file, volume, channelNames: Array.from({ length: volume.channels }, () => null), typeMax: 65535 };
}

export function checkedTarget(name: string, volume: Volume): CheckedTarget {
  return { ...checkedImage(`${name}.tif`, volume), name };
}

export function mirror(volume: Volume, axis: keyof Size): Volume {
  const { size } = volume;
  const from = (name: keyof Size, i: number) => (name === axis ? size[name] - 1 - i : i);
  const data = new Float32Array(volume.data.length);
  for (let z = 0, at = 0; z < size.z; z++)
    for (let y = 0; y < size.y; y++)
      for (let x = 0; x < size.x; x++, at++)
        data[at] = volume.data[(from('z', z) * size.y + from('y', y)) * size.x + from('x', x)];
  return { ...volume, data };
}

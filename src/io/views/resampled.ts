/** An image in voxels of another size, float32: a plane needs a few of the source's, which are kept for the next one. */
import {
  axisFilter,
  blendPlanes,
  equalSize,
  filterPlane,
  resampledGrid,
  stepRatios,
  type Region,
  type VoxelSize,
} from '../../volume/index.ts';
import { requireInside } from '../samples.ts';
import type { ImageSource, ReadAt } from '../source.ts';
import { viewOf } from './view.ts';

/** Filtered along y and x, by their z in the source, for reads of one part of one channel at one time. */
interface Kept {
  readonly of: string;
  readonly planes: ReadonlyMap<number, Float32Array>;
}

/**
 * `source` in voxels of `to` micrometers, as `resampleTo` makes them of the whole. A read takes from the source what it needs
 * and no more; planes read in the order of z take each of the source's once. Memory holds as many filtered planes as a plane
 * is made of: 4, times the factor where planes become fewer. Where no axis changes it is the source.
 * Throws RangeError where the source's voxel size is not known along an axis that `to` has.
 */
export function resampled(source: ImageSource, to: VoxelSize): ImageSource {
  const ratios = stepRatios(source.voxelSize, to);
  if (equalSize(ratios, { z: 1, y: 1, x: 1 })) return source;
  const { size, voxelSize } = resampledGrid(source, to);
  let kept: Kept = { of: '', planes: new Map() };

  const filteredPlane = async ({ time, channel, region }: ReadAt, z: number) => {
    const { start, size: box } = region;
    const y = axisFilter(source.size.y, ratios.y, start.y, start.y + box.y);
    const x = axisFilter(source.size.x, ratios.x, start.x, start.x + box.x);
    const needed: Region = { start: { z, y: y.start, x: x.start }, size: { z: 1, y: y.length, x: x.length } };
    return filterPlane(Float32Array.from(await source.read({ time, channel, region: needed })), y, x);
  };

  return viewOf(source, {
    size,
    voxelSize,
    type: 'float32',
    async read(at) {
      requireInside(source.file, at, { times: source.times, channels: source.channels.length, size });
      const { start, size: box } = at.region;
      const of = [at.time, at.channel, start.y, start.x, box.y, box.x].join();
      const planeLength = box.y * box.x;
      const out = new Float32Array(box.z * planeLength);
      for (let z = 0; z < box.z; z++) {
        const filter = axisFilter(source.size.z, ratios.z, start.z + z, start.z + z + 1);
        const earlier = kept.of === of ? kept.planes : null;
        const planes = new Map<number, Float32Array>();
        for (let plane = filter.start; plane < filter.start + filter.length; plane++)
          planes.set(plane, earlier?.get(plane) ?? (await filteredPlane(at, plane)));
        kept = { of, planes };
        blendPlanes([...planes.values()], filter, 0, out.subarray(z * planeLength, (z + 1) * planeLength));
      }
      return out;
    },
  });
}

/**
 * Writes an OME-Zarr, 0.5 (Zarr 3) or 0.4 (Zarr 2), of planes as they come, with a pyramid that is made on the way.
 *
 * Axes are always t, c, z, y, x. The levels halve y and x, not z, which is sampled more coarsely already. By default a chunk
 * is one plane deep: a plane is read without its neighbors, and written as soon as it has come, so that memory holds one plane
 * and its levels. 512 x 512 samples are 0.25 to 1 MB: not too many files, and little to read for a small region. Typed arrays
 * are taken to be little-endian, as they are on all machines that ONNX Runtime runs on.
 */
import type { ImageDescription, ImageSink, TreeSink } from '../source.ts';
import { zarrArrayV2, zarrArrayV3 } from './array-metadata.ts';
import { halvePlane } from '../halve-plane.ts';
import { imageAttributes } from './image-metadata.ts';
import { type OmeZarrOptions, planLevels } from './plan-levels.ts';
import { NO_VALUES, widenRange } from './value-range.ts';
import { writeArray } from './write-array.ts';

const PLANES = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };

/**
 * The planes come in T, C, Z order: `times * channels * z` of them. The image's description is written at the end.
 * Throws UsageError usage/chunk. Its methods throw what the tree throws, and RangeError for planes of a wrong length, type
 * or number.
 */
export function createOmeZarr(tree: TreeSink, description: ImageDescription, options: OmeZarrOptions = {}): ImageSink {
  const { size, channels, times, type } = description;
  const planes = size.z * channels.length * times;
  const layouts = planLevels(tree.name, description, options);
  const [{ version }] = layouts;
  const arrays = layouts.map((layout) => writeArray(tree, layout));
  const ranges = channels.map(() => NO_VALUES);
  let written = 0;

  const writeJson = (path: string, value: object) =>
    tree.append(path, new TextEncoder().encode(JSON.stringify(value, null, 2)));

  return {
    async writePlane(plane) {
      if (!(plane instanceof PLANES[type]) || plane.length !== size.y * size.x || written === planes)
        throw new RangeError(
          `${tree.name}: plane ${written} of ${planes} has ${plane.length} samples in a ${plane.constructor.name}, ` +
            `(y ${size.y}, x ${size.x}) ${type} are wanted`,
        );
      const channel = Math.floor(written / size.z) % channels.length;
      ranges[channel] = widenRange(ranges[channel], plane);
      let level = plane;
      for (const [index, { size: levelSize }] of layouts.entries()) {
        await arrays[index](level);
        if (index + 1 < layouts.length) level = halvePlane(level, levelSize);
      }
      written++;
    },

    async finish() {
      if (written !== planes) throw new RangeError(`${tree.name}: ${written} of ${planes} planes were written`);
      const attributes = imageAttributes(description, { version, ranges, paths: layouts.map(({ path }) => path) });
      if (version === '0.4') {
        for (const layout of layouts) await writeJson(`${layout.path}/.zarray`, zarrArrayV2(layout));
        await writeJson('.zattrs', attributes);
        await writeJson('.zgroup', { zarr_format: 2 });
      } else {
        for (const layout of layouts) await writeJson(`${layout.path}/zarr.json`, zarrArrayV3(layout));
        const ome = { version, ...attributes };
        await writeJson('zarr.json', { zarr_format: 3, node_type: 'group', attributes: { ome } });
      }
      await tree.finish();
    },

    abandon: () => tree.abandon(),
  };
}

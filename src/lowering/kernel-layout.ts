/**
 * How a weight (o, c, kz, ky, kx), or (o, c, ky, kx), is kept in blocks of B, as ONNX Runtime's blocked convolution takes it:
 * for each range of input channels that has a source of its own, and for each kz, one tensor (O, C, ky, kx) that lies in
 * memory as (O/B, C/B, ky, kx, B of c, B of o). Both channel counts are padded with zeros.
 */
import { elementCount, type Shape } from '../graph/index.ts';

export interface KernelLayout {
  /** The weight's own shape. */
  readonly shape: Shape;
  readonly block: number;
  /** Input channels of each source; they add up to the shape's. */
  readonly sources: readonly number[];
}

export interface KernelExtents {
  readonly o: number;
  readonly kz: number;
  readonly ky: number;
  readonly kx: number;
}

export function kernelExtents({ shape }: Pick<KernelLayout, 'shape'>): KernelExtents {
  const [kz, ky, kx] = shape.length === 4 ? [1, shape[2], shape[3]] : shape.slice(2);
  return { o: shape[0], kz, ky, kx };
}

/** Parts by source, then kz. */
export function kernelParts(
  layout: KernelLayout,
): { readonly source: number; readonly z: number; readonly shape: Shape }[] {
  const { o, kz, ky, kx } = kernelExtents(layout);
  const whole = (c: number) => Math.ceil(c / layout.block) * layout.block;
  return layout.sources.flatMap((c, source) =>
    Array.from({ length: kz }, (_, z) => ({ source, z, shape: [whole(o), whole(c), ky, kx] })),
  );
}

/** Calls `visit` for each element of a part, in memory's order, with its place in the plain weight; -1 for padding. */
export function forEachPlace(
  layout: KernelLayout,
  { source, z }: { readonly source: number; readonly z: number },
  visit: (element: number, place: number) => void,
): void {
  const { o: outputs, kz, ky, kx } = kernelExtents(layout);
  const { block, sources, shape } = layout;
  const first = sources.slice(0, source).reduce((a, b) => a + b, 0);
  const inputs = sources[source];
  const taps = ky * kx;
  const [ob, cb] = [Math.ceil(outputs / block), Math.ceil(inputs / block)];
  let i = 0;
  for (let o0 = 0; o0 < ob; o0++)
    for (let c0 = 0; c0 < cb; c0++)
      for (let tap = 0; tap < taps; tap++)
        for (let c = c0 * block; c < (c0 + 1) * block; c++)
          for (let o = o0 * block; o < (o0 + 1) * block; o++)
            visit(i++, c < inputs && o < outputs ? ((o * shape[1] + first + c) * kz + z) * taps + tap : -1);
}

/** A plain weight's parts. */
export function packKernel(data: Float32Array, layout: KernelLayout): Float32Array[] {
  return kernelParts(layout).map((part) => {
    const packed = new Float32Array(elementCount(part.shape));
    forEachPlace(layout, part, (i, place) => {
      if (place >= 0) packed[i] = data[place];
    });
    return packed;
  });
}

/** The plain weight of its parts. */
export function unpackKernel(parts: readonly Float32Array[], layout: KernelLayout): Float32Array {
  const data = new Float32Array(elementCount(layout.shape));
  kernelParts(layout).forEach((part, k) => {
    const packed = parts[k];
    forEachPlace(layout, part, (i, place) => {
      if (place >= 0) data[place] = packed[i];
    });
  });
  return data;
}

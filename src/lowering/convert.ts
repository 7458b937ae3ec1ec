/** A tensor as a form wants it, whatever layout it comes in. Converted once. */
import { equalShape, type Shape } from '../graph/index.ts';
import { kernelFromPlain, plainFromKernel } from './blocked/kernels.ts';
import { plainFromPlanes, planesFromPlain } from './blocked/planes.ts';
import type { KernelLayout } from './kernel-layout.ts';
import type { KernelValue, PlainValue, PlanesValue, Value } from './value.ts';
import type { Writer } from './writer.ts';

export function asPlain(writer: Writer, value: Value, shape: Shape): PlainValue {
  if (value.layout === 'planes') return plainFromPlanes(writer, value, shape);
  return value.layout === 'kernel' ? plainFromKernel(writer, value) : value;
}

export function asPlanes(writer: Writer, value: Value, shape: Shape): PlanesValue {
  return value.layout === 'planes' ? value : planesFromPlain(writer, asPlain(writer, value, shape), shape);
}

/** A weight in blocks with the sources of `layout`. */
export function asKernel(writer: Writer, value: Value, layout: KernelLayout): KernelValue {
  if (value.layout === 'kernel' && equalShape(value.kernel.sources, layout.sources)) return value;
  return kernelFromPlain(writer, asPlain(writer, value, layout.shape), layout);
}

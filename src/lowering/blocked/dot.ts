/**
 * The sum of products of two weights in blocks, one read of each and nothing written: a depthwise convolution whose kernel is as
 * large as what it convolves, as of planes (channels.ts). A part lies in memory as (O/B, C/B, ky, kx, B of c, B of o), which
 * is a blocked (1, O, C/B ky kx, B): one sum comes out for each output channel.
 *
 * What lies in the padding is left out, whatever it is.
 */
import { asKernel, asPlain } from '../convert.ts';
import type { Form } from '../form.ts';
import { kernelExtents, kernelParts, type KernelLayout } from '../kernel-layout.ts';
import type { KernelValue } from '../value.ts';
import type { Writer } from '../writer.ts';
import { blockwise } from './elementwise.ts';
import { blockedConv } from './nchwc.ts';

export const dotOfKernels: Form<object> = {
  name: 'blocked: Conv by the weights themselves',
  when: 'weights in blocks',
  write(writer, call) {
    const { graph } = writer;
    const { inputs, shapes } = call;
    const like = inputs.find((value): value is KernelValue => value.layout === 'kernel');
    if (!like) {
      const product = blockwise('Mul').write(writer, { ...call, shape: shapes[0] });
      return { layout: 'plain', name: everything(writer, asPlain(writer, product, shapes[0]).name) };
    }
    const { kernel } = like;
    const [a, b] = inputs.map((value) => asKernel(writer, value, kernel).parts);
    const sums = kernelParts(kernel).flatMap(({ source }, k) => {
      const [left, right] = [a[k], b[k]];
      return left === null || right === null ? [] : sumsOfPart(writer, kernel, kernel.sources[source], left, right);
    });
    return { layout: 'plain', name: sums.length === 0 ? graph.number(0) : everything(writer, graph.concat(sums, 0)) };
  },
};

/** Vectors whose sum is that of the products in a part with `c` input channels. */
function sumsOfPart(writer: Writer, kernel: KernelLayout, c: number, a: string, b: string): string[] {
  const { graph, block } = writer;
  const { o, ky, kx } = kernelExtents(kernel);
  const [outputs, whole, rest] = [Math.ceil(o / block), Math.floor(c / block), c % block];
  const taps = ky * kx;
  /** Of `blocks` blocks of input channels from `first` on, of each the first `lanes`. */
  const sums = (first: number, blocks: number, lanes: number) => {
    const [x, w] = [a, b].map((part) => {
      const all = graph.reshape(part, outputs, Math.ceil(c / block), taps * block * block);
      const ranged = first === 0 && rest === 0 ? all : graph.slice(all, [1], [first], [first + blocks]);
      const lanesOf = graph.reshape(ranged, outputs, blocks * taps, block, block);
      return lanes === block ? lanesOf : graph.slice(lanesOf, [2], [0], [lanes]);
    });
    const channels = outputs * block;
    const extents = [blocks * taps, lanes] as const;
    const made = blockedConv(
      graph,
      graph.reshape(x, 1, channels, ...extents),
      graph.reshape(w, channels, 1, ...extents),
      {
        kernel: extents,
        group: channels,
      },
    );
    const perOutput = graph.reshape(made, channels);
    return channels === o ? perOutput : graph.slice(perOutput, [0], [0], [o]);
  };
  return [...(whole > 0 ? [sums(0, whole, block)] : []), ...(rest > 0 ? [sums(whole, 1, rest)] : [])];
}

function everything({ graph }: Writer, x: string): string {
  return graph.node('ReduceSum', [x], { keepdims: { integer: 0 } });
}

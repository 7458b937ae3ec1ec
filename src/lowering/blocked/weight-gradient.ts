/**
 * The gradient of a 2D convolution's weight, in blocked planes, as a convolution whose input channels are positions:
 *
 *   w[o, c, k] = sum over q  dy[q, o] x[s q + k - a, c]       q all positions of all planes, k the taps
 *
 * dy (planes, O/B, q, B of o) already lies as the weight of such a convolution: input channel q, output channel o. x is
 * gathered, B positions at a time, with its taps side by side as columns, and each B x B block is transposed, so that
 * positions become lanes. Where rows are whole blocks the taps need no columns (byRows).
 *
 * Done slab by slab, for the gathered x to stay in the cache; the Sum input adds the slabs up.
 */
import { blockedConv, reorderInput, type BlockedConv } from './nchwc.ts';
import { tableOf } from './kernels.ts';
import type { Writer } from '../writer.ts';

/** The images of one side: `blocks` of lanes, h by w. */
export interface Images {
  readonly blocks: number;
  readonly h: number;
  readonly w: number;
}

export interface Pairing {
  readonly dy: string;
  readonly x: string;
  /** Planes of both. */
  readonly planes: number;
}

export interface Taps {
  /** Per axis of the image. */
  readonly extent: number;
  readonly stride: number;
  readonly pad: number;
}

/** Gathered numbers of a slab, in bytes: what stays in the cache beside its transpose. */
const SLAB_BYTES = 16e6;
/** Positions in the kernel's window: a longer one is cut, for its weights to stay near. */
const LONGEST_WINDOW = 256;

/** (O, C, ky, kx), in memory (O/B, C/B, ky, kx, B of c, B of o): the sum over all pairings. */
export function weightGradient(
  writer: Writer,
  pairings: readonly Pairing[],
  dy: Images,
  x: Images,
  taps: Taps,
): string {
  const rows = taps.extent === 3 && taps.stride === 1 && dy.w % writer.block === 0;
  const cut = rows ? byRows(writer, dy, x) : byPositions(writer, dy, x, taps);
  // All that goes in is written before the first convolution: ONNX Runtime takes of a node's inputs the one that was written
  // last first. The sum so far then comes before the next slab, and slabs do not pile up.
  const slabs = pairings.flatMap((pairing) => cut.slabs(pairing));
  const sum = slabs.reduce<string | null>(
    (before, slab) => blockedConv(writer.graph, slab.x, slab.dy, { ...slab.conv, sum: before }),
    null,
  );
  const { graph, block } = writer;
  const { extent } = taps;
  return graph.reshape(cut.finish(sum as string), dy.blocks * block, x.blocks * block, extent, extent);
}

/** How positions become channels. */
interface Cut {
  slabs(pairing: Pairing): Slab[];
  /** The sum over all slabs put in order. */
  finish(sum: string): string;
}

/** The columns of x, dy as the weight, and how they are convolved. */
interface Slab {
  readonly x: string;
  readonly dy: string;
  readonly conv: BlockedConv;
}

/**
 * The x taps as three copies of dy, each a row of B numbers apart, so that x is gathered and transposed only once; the y taps as
 * three rows of the result, a row of x apart:
 *
 *   w[o, c, ky, kx] = sum over z, y, x  dy[z, y, x - kx, o] x[z, y + ky, x, c]     taps counted from -1
 */
function byRows(writer: Writer, dy: Images, x: Images): Cut {
  const { graph, block } = writer;
  const { h, w } = dy;
  const rowBlocks = w / block;
  let window = h; // rows of an image in one kernel
  while (window % 2 === 0 && window * rowBlocks > LONGEST_WINDOW) window /= 2;
  const windows = h / window;
  // One window: the rows above and below the image are the convolution's own padding. Several: each has its neighbors' rows.
  const halo = windows === 1 ? 0 : 1;
  const windowRows = (window + 2 * halo) * rowBlocks;
  const pad = (1 - halo) * rowBlocks;
  const columns = x.blocks * block;
  const bytesPerPlane = 4 * block * w * (x.blocks * windows * (window + 2 * halo) + 3 * dy.blocks * h);

  return {
    slabs({ dy: dyName, x: xName, planes }) {
      const slab = slabOf(planes, bytesPerPlane);
      const images = slab * windows * windowRows;
      const xRows = halo === 0 ? graph.reshape(xName, -1, block) : withZeroRow(writer, xName);
      const dyRows = withZeroRow(writer, dyName);
      return multiplesOf(slab, planes).map((first) => {
        const key = [first, slab, planes, h, w, block];
        const xTable = tableOf(writer, ['rows of x', x.blocks, ...key], images * block * x.blocks, (set) => {
          let i = 0;
          for (let z = first; z < first + slab; z++)
            for (let part = 0; part < windows; part++)
              for (let row = -halo; row < window + halo; row++)
                for (let from = 0; from < w; from += block)
                  for (let p = 0; p < block; p++)
                    for (let c = 0; c < x.blocks; c++) {
                      const fromY = part * window + row;
                      const inside = fromY >= 0 && fromY < h;
                      set(i++, inside ? ((z * x.blocks + c) * h + fromY) * w + from + p : planes * x.blocks * h * w);
                    }
        });
        const dyTable = tableOf(writer, ['rows of dy', dy.blocks, ...key], 3 * dy.blocks * slab * h * w, (set) => {
          let i = 0;
          for (let kx = -1; kx <= 1; kx++)
            for (let o = 0; o < dy.blocks; o++)
              for (let z = first; z < first + slab; z++)
                for (let y = 0; y < h; y++)
                  for (let column = 0; column < w; column++) {
                    const fromX = column - kx;
                    const inside = fromX >= 0 && fromX < w;
                    set(i++, inside ? ((z * dy.blocks + o) * h + y) * w + fromX : planes * dy.blocks * h * w);
                  }
        });
        const turned = reorderInput(graph, graph.reshape(graph.gather(xRows, xTable), images, block, columns, 1));
        const channels = slab * windows * block;
        const length = window * rowBlocks;
        return {
          x: graph.reshape(turned, 1, channels, windowRows, columns),
          dy: graph.reshape(graph.gather(dyRows, dyTable), 3 * dy.blocks * block, channels, length, 1),
          conv: { kernel: [length, 1], strides: [rowBlocks, 1], pads: [pad, 0, pad, 0] },
        };
      });
    },
    finish(sum) {
      const split = graph.reshape(sum, 3, dy.blocks, 3, x.blocks, block * block); // kx, o, ky, c, (c, o)
      return graph.transpose(split, 1, 3, 2, 0, 4);
    },
  };
}

/** All taps as columns. */
function byPositions(writer: Writer, dy: Images, x: Images, { extent, stride, pad }: Taps): Cut {
  const { graph, block } = writer;
  const positions = dy.h * dy.w;
  const whole = positions % block === 0;
  const taps = extent * extent;
  const halves = batchOf(dy.blocks, 1, x.blocks);
  const blocks = x.blocks / halves;
  const columns = blocks * taps * block;
  const size = x.blocks * x.h * x.w;

  return {
    slabs({ dy: dyName, x: xName, planes }) {
      const slab = whole ? slabOf(planes, 4 * block * positions * x.blocks * taps) : planes;
      const groups = Math.ceil((slab * positions) / block);
      const rows = withZeroRow(writer, xName);
      return multiplesOf(slab, planes).map((first) => {
        const key = [
          'positions',
          first,
          slab,
          planes,
          dy.h,
          dy.w,
          x.h,
          x.w,
          x.blocks,
          halves,
          block,
          extent,
          stride,
          pad,
        ];
        const table = tableOf(writer, key, halves * groups * block * blocks * taps, (set) => {
          let i = 0;
          for (let half = 0; half < halves; half++)
            for (let q = 0; q < groups * block; q++) {
              const z = first + Math.floor(q / positions);
              const [row, column] = [Math.floor((q % positions) / dy.w), q % dy.w];
              for (let c = half * blocks; c < (half + 1) * blocks; c++)
                for (let tap = 0; tap < taps; tap++) {
                  const fromY = row * stride + Math.floor(tap / extent) - pad;
                  const fromX = column * stride + (tap % extent) - pad;
                  const inside = z < first + slab && fromY >= 0 && fromY < x.h && fromX >= 0 && fromX < x.w;
                  set(i++, inside ? ((z * x.blocks + c) * x.h + fromY) * x.w + fromX : planes * size);
                }
            }
        });
        const gathered = graph.gather(rows, table);
        const turned = reorderInput(graph, graph.reshape(gathered, halves * groups, block, columns, 1));
        const window = [16, 8, 4, 2, 1].find((k) => groups % k === 0) as number;
        const channels = (groups * block) / window;
        const xs = graph.reshape(turned, halves, channels, window, columns);
        const dys = whole
          ? byBlock(writer, dyName, first, slab, planes, dy)
          : byBlockFilledUp(writer, dyName, planes, groups, dy);
        const weight = graph.reshape(dys, dy.blocks * block, channels, window, 1);
        return { x: xs, dy: weight, conv: { kernel: [window, 1] } };
      });
    },
    finish(sum) {
      if (halves === 1) return sum;
      return graph.transpose(graph.reshape(sum, halves, dy.blocks, columns * block), 1, 0, 2);
    },
  };
}

/**
 * The kernel shares its work by batch, sets of four output blocks and output rows. Where that is an odd number of pieces one
 * of two threads would wait: half of the columns become a second batch.
 */
function batchOf(outputBlocks: number, outputRows: number, columnBlocks: number): 1 | 2 {
  const pieces = Math.ceil(outputBlocks / 4) * outputRows;
  return pieces % 2 === 1 && columnBlocks % 2 === 0 ? 2 : 1;
}

/** Planes of a slab: as many as fit, all slabs alike. */
function slabOf(planes: number, bytesPerPlane: number): number {
  let slab = Math.max(1, Math.min(planes, Math.floor(SLAB_BYTES / bytesPerPlane)));
  while (planes % slab !== 0) slab--;
  return slab;
}

/** A tensor as rows of B numbers, and a row of zeros behind. Written once: two sources of a convolution meet the same dy. */
function withZeroRow(writer: Writer, x: string): string {
  const { graph, block } = writer;
  const rows = () => graph.concat([graph.reshape(x, -1, block), graph.filled(0, 1, block)], 0);
  return writer.once(graph, `${x} with a zero row`, rows);
}

/** (planes, blocks, positions, B) to (blocks, planes, positions, B). */
function byBlock(
  writer: Writer,
  name: string,
  first: number,
  count: number,
  planes: number,
  { blocks, h, w }: Images,
): string {
  const { graph, block } = writer;
  if (count === planes && (blocks === 1 || count === 1)) return name;
  const table = tableOf(writer, ['by block', first, count, blocks], blocks * count, (set) => {
    for (let b = 0; b < blocks; b++) for (let z = 0; z < count; z++) set(b * count + z, (first + z) * blocks + b);
  });
  return graph.gather(graph.reshape(name, -1, h * w * block), table);
}

/** The same where planes are no whole blocks of positions: all planes in a row, zeros behind to fill `groups` blocks. */
function byBlockFilledUp(
  writer: Writer,
  name: string,
  planes: number,
  groups: number,
  { blocks, h, w }: Images,
): string {
  const { graph, block } = writer;
  const [positions, count] = [h * w, groups * block];
  const table = tableOf(writer, ['filled up', planes, groups, blocks, positions, block], blocks * count, (set) => {
    for (let b = 0; b < blocks; b++)
      for (let q = 0; q < count; q++) {
        const z = Math.floor(q / positions);
        set(b * count + q, z < planes ? (z * blocks + b) * positions + (q % positions) : planes * blocks * positions);
      }
  });
  return graph.gather(withZeroRow(writer, name), table);
}

/** 0, step, 2 step, ... below `end`. */
function multiplesOf(step: number, end: number): number[] {
  return Array.from({ length: Math.ceil(end / step) }, (_, i) => i * step);
}

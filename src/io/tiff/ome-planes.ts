/** Which page of which file is which plane: the ranges that TiffData elements are, in the order of the planes. */
import { damaged, truncated } from '../refusals.ts';
import type { OmeImage, OmeTiffData } from './ome-xml.ts';

/** Pages of one file that are planes one after the other. */
export interface PageRange {
  /** The first plane. */
  readonly start: number;
  readonly count: number;
  /** Null for the file that has the XML. */
  readonly fileName: string | null;
  readonly uuid: string | null;
  /** The first page. */
  readonly ifd: number;
}

export interface Plane {
  readonly C: number;
  readonly Z: number;
  readonly T: number;
}

const ALL: OmeTiffData = { first: { C: 0, Z: 0, T: 0 }, ifd: null, planeCount: null, fileName: null, uuid: null };

/** The position of a plane in the file's order. */
export function planeIndex(plane: Plane, extents: Plane, order: OmeImage['order']): number {
  return order.reduceRight((index, axis) => index * extents[axis] + plane[axis], 0);
}

/**
 * The pages of all planes, by the first plane.
 * Throws ImageError: image/damaged where a plane has two pages or lies outside, image/truncated where one has none.
 */
export function pageRanges(image: OmeImage, extents: Plane, file: string): PageRange[] {
  const total = extents.C * extents.Z * extents.T;
  const data: readonly OmeTiffData[] = image.tiffData.length > 0 ? image.tiffData : [ALL];
  const ranges = data.map(({ first, ifd, planeCount, fileName, uuid }): PageRange => {
    const start = planeIndex(first, extents, image.order);
    const count = planeCount ?? (ifd === null ? total - start : 1);
    if (first.C >= extents.C || first.Z >= extents.Z || first.T >= extents.T || start + count > total)
      throw damaged(
        file,
        `its OME-XML places ${count} pages at (t ${first.T}, c ${first.C}, z ${first.Z}) of (t ${extents.T}, c ${extents.C}, z ${extents.Z}).`,
      );
    return { start, count, fileName, uuid, ifd: ifd ?? 0 };
  });
  const sorted = ranges.filter(({ count }) => count > 0).sort((a, b) => a.start - b.start);
  let next = 0;
  for (const { start, count } of sorted) {
    if (start < next) throw damaged(file, `its OME-XML gives ${describePlane(start, extents, image)} two pages.`);
    if (start > next) throw truncated(file, `its OME-XML gives ${describePlane(next, extents, image)} no page.`);
    next = start + count;
  }
  if (next < total) throw truncated(file, `its OME-XML gives ${describePlane(next, extents, image)} no page.`);
  return sorted;
}

/** The range that has a plane. */
export function rangeOf(ranges: readonly PageRange[], index: number): PageRange {
  let [low, high] = [0, ranges.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ranges[middle].start <= index) low = middle;
    else high = middle - 1;
  }
  return ranges[low];
}

/** No page is two planes, of whichever images. Throws ImageError image/damaged. */
export function requirePagesOnce(ranges: readonly PageRange[], file: string): void {
  const ofFile = new Map<string | null, PageRange[]>();
  for (const range of ranges) {
    const others = ofFile.get(range.fileName);
    if (others) others.push(range);
    else ofFile.set(range.fileName, [range]);
  }
  for (const [name, all] of ofFile) {
    const sorted = all.sort((a, b) => a.ifd - b.ifd);
    const twice = sorted.find(({ ifd }, i) => i > 0 && ifd < sorted[i - 1].ifd + sorted[i - 1].count);
    if (twice)
      throw damaged(file, `its OME-XML makes two planes of page ${twice.ifd}${name === null ? '' : ` of ${name}`}.`);
  }
}

export function describePlane(index: number, extents: Plane, { order }: OmeImage): string {
  const at: Record<keyof Plane, number> = { C: 0, Z: 0, T: 0 };
  let rest = index;
  for (const axis of order) {
    at[axis] = rest % extents[axis];
    rest = Math.floor(rest / extents[axis]);
  }
  return `plane (t ${at.T}, c ${at.C}, z ${at.Z})`;
}

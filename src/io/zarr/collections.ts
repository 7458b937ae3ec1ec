/** Groups of several images: the series of a file that bioformats2raw converted, the wells of a plate, the fields of a well. */
import { damaged, unsupported } from '../refusals.ts';
import type { Files, ImageSource } from '../source.ts';
import { parseOmeXml, type OmeImage } from '../tiff/ome-xml.ts';
import { groupImage, type Known } from './group-image.ts';
import { listOf, objectOf, openIfThere, shown } from './json-file.ts';
import { ngffOf } from './ngff.ts';
import { readNode, type ZarrNode } from './node.ts';
import { pathInside } from './path-inside.ts';

const MAX_XML_BYTES = 2 ** 26;
/** Groups whose metadata are read at once: a plate has thousands. */
const AT_ONCE = 16;
const MOST_SERIES = 100_000;

/** Series 0, 1, ... or those that the group OME lists. https://github.com/glencoesoftware/bioformats2raw */
export async function seriesImages(files: Files, file: string, root: ZarrNode): Promise<ImageSource[]> {
  const { series, ome } = await readOme(files, root.path);
  const paths = series ?? (await countedSeries(files, root.path));
  if (paths.length === 0) throw damaged(root.path, 'it has the layout of bioformats2raw, but no series 0.');
  return inParallel(paths, (path, i) => member(files, file, root.path, path, { name: path, ome: ome[i] ?? null }));
}

/** Each field of each well, called by its path: `A/1/0`. */
export async function plateImages(files: Files, file: string, root: ZarrNode): Promise<ImageSource[]> {
  const wells = listOf(objectOf(ngffOf(root.attributes)['plate'])['wells']).map((well) => pathOf(well, root.path));
  if (wells.length === 0) throw damaged(root.path, 'this plate has no wells.');
  const fields = await inParallel(wells, async (well) => {
    const path = pathInside(files, root.path, well);
    const node = await readNode(files, path);
    if (!node) throw damaged(path, 'this well of the plate is not there.');
    return fieldPaths(node).map((field) => `${well}/${field}`);
  });
  const { series, ome } = await readOme(files, root.path);
  return inParallel(fields.flat(), (path) =>
    member(files, file, root.path, path, {
      name: path,
      always: true,
      ome: ome[series?.indexOf(path) ?? -1] ?? null,
    }),
  );
}

/** The fields of a well that is opened by itself. */
export async function wellImages(files: Files, file: string, well: ZarrNode): Promise<ImageSource[]> {
  return inParallel(fieldPaths(well), (path) => member(files, file, well.path, path, { name: path, always: true }));
}

function fieldPaths({ attributes, path }: ZarrNode): string[] {
  const fields = listOf(objectOf(ngffOf(attributes)['well'])['images']).map((image) => pathOf(image, path));
  if (fields.length === 0) throw damaged(path, 'this well has no images.');
  return fields;
}

function pathOf(value: unknown, file: string): string {
  const path = objectOf(value)['path'];
  if (typeof path === 'string') return path;
  throw damaged(file, `it lists ${shown(value)}, which has no path.`);
}

async function member(files: Files, file: string, root: string, path: string, known: Known): Promise<ImageSource> {
  const at = pathInside(files, root, path);
  const node = await readNode(files, at);
  const image = node && (await groupImage(files, file, node, known));
  if (image) return image;
  throw damaged(at, node ? 'this should be an image, and has no multiscales.' : 'this image is not there.');
}

async function countedSeries(files: Files, root: string): Promise<string[]> {
  const paths: string[] = [];
  while (paths.length < MOST_SERIES && (await readNode(files, files.join(root, `${paths.length}`))))
    paths.push(`${paths.length}`);
  return paths;
}

/** The group OME: which path is which series, and what METADATA.ome.xml says of each. */
async function readOme(files: Files, root: string): Promise<{ series: string[] | null; ome: readonly OmeImage[] }> {
  const folder = files.join(root, 'OME');
  const node = await readNode(files, folder);
  const series = ngffOf(node?.attributes ?? {})['series'];
  if (series !== undefined && !(Array.isArray(series) && series.every((path) => typeof path === 'string')))
    throw damaged(folder, `its series are ${shown(series)}.`);
  return { series: series ?? null, ome: await readOmeXml(files, files.join(folder, 'METADATA.ome.xml')) };
}

async function readOmeXml(files: Files, path: string): Promise<readonly OmeImage[]> {
  const bytes = await openIfThere(files, path);
  if (!bytes) return [];
  try {
    if (bytes.size > MAX_XML_BYTES)
      throw unsupported(path, `its ${bytes.size} bytes are more than is read.`, 'Name one series: FILE.zarr/0');
    return parseOmeXml(new TextDecoder().decode(await bytes.read(0, bytes.size)), path).images;
  } finally {
    await bytes.close();
  }
}

/** What `work` makes of each item, in their order, some at a time. The first error ends it. */
async function inParallel<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = (function* () {
    yield* items.entries(); // unlike an array's iterator, a generator ends for all workers when one of them throws
  })();
  const worker = async (): Promise<void> => {
    for (const [i, item] of queue) results[i] = await work(item, i);
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return results;
}

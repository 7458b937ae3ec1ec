/** Creates an image in the format that its name says. */
import { UsageError } from '../core/index.ts';
import type { ImageDescription, ImageSink, Output } from './source.ts';
import { createImageJTiff } from './tiff/create-imagej-tiff.ts';
import { createOmeTiff } from './tiff/create-ome-tiff.ts';
import type { WrittenCompression } from './tiff/write-blocks.ts';
import { createOmeZarr } from './zarr/create-ome-zarr.ts';
import type { Compression, OmeZarrVersion } from './zarr/write-array.ts';

export interface WriteOptions {
  /** A key of `WRITTEN_FORMATS`; null: by the name. */
  readonly format: string | null;
  /** Null: the format's own choice. */
  readonly compression: string | null;
  readonly overwrite: boolean;
}

interface WrittenFormat<Compression extends string = string> {
  /** How names end that are of this format. */
  readonly names: RegExp;
  readonly example: string;
  /** What appears under the name. */
  readonly as: 'file' | 'folder';
  /** Whether it has a place for them. */
  readonly channelNames: boolean;
  /** The first is taken where nothing is said. */
  readonly compressions: readonly Compression[];
  create(
    output: Output,
    path: string,
    description: ImageDescription,
    options: { readonly compression: Compression; readonly overwrite: boolean },
  ): Promise<ImageSink>;
}

const OME_TIFF: WrittenFormat<WrittenCompression> = {
  names: /\.(tiff?|ome\.btf)$/i,
  example: 'out.ome.tif',
  as: 'file',
  channelNames: true,
  compressions: ['deflate', 'zstd', 'none'],
  async create(output, path, description, { compression, overwrite }) {
    const bigTiff = /\.btf$/i.test(path) || 'auto';
    return written(output.createFile(path, { overwrite }), (sink) =>
      createOmeTiff(sink, description, { compression, bigTiff }),
    );
  },
};

/** For ImageJ alone, where it is asked for. A name in `.ome.tif` would hand it to Bio-Formats, which looks for OME-XML. */
const IMAGEJ: WrittenFormat<'deflate'> = {
  names: /(?<!\.ome)\.tiff?$/i,
  example: 'out.tif',
  as: 'file',
  channelNames: false,
  compressions: ['deflate'],
  async create(output, path, description, { overwrite }) {
    return written(output.createFile(path, { overwrite }), (sink) => createImageJTiff(sink, description));
  },
};

const omeZarr = (version: OmeZarrVersion, compressions: readonly Compression[]): WrittenFormat<Compression> => ({
  names: /\.zarr$/i,
  example: 'out.ome.zarr',
  as: 'folder',
  channelNames: true,
  compressions,
  async create(output, path, description, { compression, overwrite }) {
    return written(output.createTree(path, { overwrite }), (tree) =>
      createOmeZarr(tree, description, { version, compression }),
    );
  },
});

/** In the order in which names are tried. */
export const WRITTEN_FORMATS: Readonly<Record<string, WrittenFormat>> = {
  'ome-tiff': OME_TIFF,
  imagej: IMAGEJ,
  'ome-zarr': omeZarr('0.5', ['zstd', 'gzip', 'none']),
  'ome-zarr-0.4': omeZarr('0.4', ['gzip', 'zstd', 'none']),
};

/** The format that `createImage` would write. Throws UsageError usage/format, usage/compression. */
export function writtenFormat(
  path: string,
  { format, compression }: Omit<WriteOptions, 'overwrite'>,
): { readonly name: string } & Pick<WrittenFormat, 'as' | 'channelNames'> {
  const names = Object.keys(WRITTEN_FORMATS);
  if (format !== null && !names.includes(format))
    throw new UsageError('usage/format', {
      what: `${format} is not a format that is written.`,
      remedy: `There are: ${names.join(', ')}.`,
    });
  const found = format ?? names.find((name) => WRITTEN_FORMATS[name].names.test(path));
  if (found === undefined)
    throw new UsageError('usage/format', {
      what: `${path}: its name does not end like an image that is written.`,
      why: 'The name says in which format the image is written.',
      remedy: `Name it like one of: ${names
        .filter(
          (name) => names.find((other) => WRITTEN_FORMATS[other].names.test(WRITTEN_FORMATS[name].example)) === name,
        )
        .map((name) => `${WRITTEN_FORMATS[name].example} (${name})`)
        .join(', ')}.`,
    });
  const { names: fitting, example, as, channelNames, compressions } = WRITTEN_FORMATS[found];
  if (!fitting.test(path))
    throw new UsageError('usage/format', {
      what: `${path} is not the name of an image in ${found}.`,
      why: 'Programs go by the name.',
      remedy: `Name it as ${example}.`,
    });
  if (compression !== null && !compressions.includes(compression))
    throw new UsageError('usage/compression', {
      what: `${compression} is not a compression of ${found} that is written.`,
      remedy: `There ${compressions.length > 1 ? 'are' : 'is'}: ${compressions.join(', ')}.`,
    });
  return { name: found, as, channelNames };
}

/**
 * An image at `path` that appears there when it is finished. Throws UsageError: usage/format, usage/compression, and what the
 * output throws, such as usage/output-exists.
 */
export async function createImage(
  output: Output,
  path: string,
  description: ImageDescription,
  { format, compression, overwrite }: WriteOptions,
): Promise<ImageSink> {
  const { create, compressions } = WRITTEN_FORMATS[writtenFormat(path, { format, compression }).name];
  return create(output, path, description, { compression: compression ?? compressions[0], overwrite });
}

/** Gives up what was opened where its writer refuses the image. */
async function written<Sink extends { abandon(): Promise<void> }>(
  opened: Promise<Sink>,
  create: (sink: Sink) => ImageSink,
): Promise<ImageSink> {
  const sink = await opened;
  try {
    return create(sink);
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

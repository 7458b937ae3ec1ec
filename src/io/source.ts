/**
 * What the formats need of the world, and what they give: bytes in, images out.
 *
 * A format is a function from bytes to `ImageSource`s. `node/` and `browser/` implement `Files` and `ByteSource`; no format
 * knows where its bytes live, and none ever loads a whole image unless asked for all of it.
 */
import type { Region, Size, VoxelSize } from '../volume/index.ts';

/** Random access to the bytes of one file. */
export interface ByteSource {
  /** The path or URL as the user wrote it: messages name it. */
  readonly name: string;
  readonly size: number;
  /** Exactly `length` bytes from `offset`, or ImageError `image/truncated`: a short read never passes for data. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** As `read`, into `target`, to its last byte: where a world can do without memory between. */
  readInto?(offset: number, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** The files around an image: a stack of PNGs is a folder, an OME-TIFF may point at its siblings. */
export interface Files {
  /** What stands at `path`, or null. */
  kind(path: string): Promise<'file' | 'folder' | null>;
  /** Names (not paths) in a folder, sorted. */
  list(folder: string): Promise<readonly string[]>;
  open(path: string): Promise<ByteSource>;
  /** The folder of `path`, its last name, and a folder and a name put together, by the rules of this file system. */
  split(path: string): { readonly folder: string; readonly name: string };
  join(folder: string, name: string): string;
}

/** As the file stores them. Samples of `bool` come as 0 and 1 in a Uint8Array, those of `float16` as Float32Array (exact). */
export type SampleType =
  | 'bool'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'float16'
  | 'float32'
  | 'float64';

export type Samples =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

export interface Channel {
  readonly name: string | null;
  /** `#RRGGBB`, where the file gives one. */
  readonly color: string | null;
  /** Of the light that was recorded, in nanometers; of fluorescence the emission. */
  readonly wavelength: number | null;
}

/** A channel, of which all that is not given is unknown. */
export function channelWith(known: Partial<Channel> = {}): Channel {
  return { name: null, color: null, wavelength: null, ...known };
}

/** Which part of an image is read. */
export interface ReadAt {
  readonly time: number;
  readonly channel: number;
  readonly region: Region;
  /**
   * Samples of an earlier read of as many of them that nobody needs any more: a format may fill and return these, which
   * saves asking the system for memory, most of what reading a plane takes. Use what is returned, not this.
   */
  readonly into?: Samples;
}

/** One image of a file, unread until asked: T, C, Z, Y, X whatever the order in the file. */
export interface ImageSource {
  /** What the file calls this image; '' where it has no name. */
  readonly name: string;
  /** The path as the user wrote it: messages name it. */
  readonly file: string;
  /** `OME-TIFF`, `TIFF`, `PNG stack`, ... */
  readonly format: string;
  readonly times: number;
  /** Seconds from one time to the next, where the file says. */
  readonly timeStep: number | null;
  readonly channels: readonly Channel[];
  readonly size: Size;
  readonly type: SampleType;
  /** Micrometers; null where the file tells none of the three. */
  readonly voxelSize: VoxelSize | null;
  /** What was assumed where the file does not say (`pages were taken as z`): told to the user. */
  readonly notes: readonly string[];
  /** What the reads so far came across (`12 chunks are missing`), where a format can tell only then. */
  notesOfReading?(): readonly string[];
  /** The samples of one channel at one time inside `region` (voxels of this image): (z, y, x), x fastest, native order. */
  read(at: ReadAt): Promise<Samples>;
  close(): Promise<void>;
}

/** What an image that is about to be written looks like. */
export interface ImageDescription {
  readonly name: string;
  readonly times: number;
  /** Seconds. */
  readonly timeStep: number | null;
  readonly channels: readonly Channel[];
  readonly size: Size;
  readonly voxelSize: VoxelSize | null;
  readonly type: WrittenType;
}

/** The types that every program opens. */
export type WrittenType = 'uint8' | 'uint16' | 'float32';
export type WrittenPlane = Uint8Array | Uint16Array | Float32Array;

/** Where an image is written to, a plane at a time in T, C, Z order (z fastest), so that memory stays flat. */
export interface ImageSink {
  /** The next plane: (y, x), x fastest, of the description's type. It is the caller's again when this resolves. */
  writePlane(plane: WrittenPlane): Promise<void>;
  /** Completes the file: only now does it appear under its name. */
  finish(): Promise<void>;
  /** Leaves nothing behind. Safe to call after `finish`, which it does not undo. */
  abandon(): Promise<void>;
}

/**
 * A program of the user's that makes an OME-TIFF or OME-Zarr of formats that are not read here (ND2, LIF, ...).
 * What it makes is kept, and found again by what is in the file.
 */
export interface Converter {
  /**
   * What was made of the file at `path`, or null where no such program is on this machine.
   * Throws ImageError image/converter where the program fails or makes nothing that can be read.
   */
  convert(
    path: string,
    call: { readonly signal?: AbortSignal; readonly onNote?: (note: string) => void },
  ): Promise<Converted | null>;
}

export interface Converted {
  /** Of the OME-TIFF or OME-Zarr. */
  readonly path: string;
  /** The program: `bfconvert`. */
  readonly through: string;
}

/** A file that is written under a temporary name and appears under its own when it is whole. */
export interface ByteSink {
  readonly name: string;
  /** Bytes at the end. */
  append(bytes: Uint8Array): Promise<void>;
  /** Bytes over earlier ones: for headers that are known at the end only. */
  overwrite(offset: number, bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

/** A folder of files that is written under a temporary name and appears under its own when it is whole. */
export interface TreeSink {
  readonly name: string;
  /** Bytes to the end of the file at `path`, names with `/` between; the first make the file, and the folders on the way. */
  append(path: string, bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

/** Where files are written. */
export interface Output {
  /** A file that appears when it is complete. Throws UsageError usage/output-exists unless `overwrite`. */
  createFile(path: string, options: { readonly overwrite: boolean }): Promise<ByteSink>;
  /** A folder that appears when it is complete. Throws as `createFile` does; `overwrite` replaces nothing but a Zarr. */
  createTree(path: string, options: { readonly overwrite: boolean }): Promise<TreeSink>;
  /** Whether two paths name one file or folder that is there. */
  isSame(path: string, other: string): Promise<boolean>;
  /** Folders on the way included. */
  createFolder(path: string): Promise<void>;
  /** Removes a folder with all that is in it. */
  removeFolder(path: string): Promise<void>;
}

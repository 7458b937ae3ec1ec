/**
 * Images in and out. Formats stand in a table and are loaded when a file needs them; they read through `ByteSource` and
 * `Files`, and write through `ByteSink` and `TreeSink`, which `node/` and `browser/` implement.
 * Portable; imports `core`, `codec` and `volume` only.
 *
 *     const { path, selection } = parseImagePath('cells.ome.tif#channel=DNA');
 *     const file = await openImage(files, path);
 *     const volume = await readVolume(selectImage(file.images, selection), selection);
 *     await file.close();
 */
export { filesAndUrls, httpFiles } from './http-files.ts';
export type { HttpSettings } from './http-request.ts';
export type { ImageFile } from './image-file.ts';
export { openImage } from './open-image.ts';
export type { OpenOptions } from './open-image.ts';
export { readVolume } from './read-volume.ts';
export { remembering } from './remembering.ts';
export { allocateSamples, bytesPerSample, storedBytes } from './samples.ts';
export { parseImagePath, selectChannel, selectImage, selectPart, withChannel } from './selection.ts';
export type { Selection } from './selection.ts';
export { channelWith } from './source.ts';
export type {
  ByteSink,
  ByteSource,
  Channel,
  Converted,
  Converter,
  Files,
  ImageDescription,
  ImageSink,
  ImageSource,
  Output,
  Samples,
  SampleType,
  TreeSink,
  WrittenPlane,
  WrittenType,
} from './source.ts';
export { shellWord } from './shell-word.ts';
export { createOmeTiff } from './tiff/create-ome-tiff.ts';
export { partOf, selectedPart } from './views/part.ts';
export { resampled } from './views/resampled.ts';
export { typed, WRITTEN_AS } from './views/typed.ts';
export type { WritableImage } from './views/typed.ts';
export { viewOf } from './views/view.ts';
export { createImage, writtenFormat } from './write-image.ts';
export { createOmeZarr } from './zarr/create-ome-zarr.ts';
export type { OmeZarrOptions } from './zarr/plan-levels.ts';

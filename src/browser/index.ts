/**
 * What only a page can: the files that its user chose or dropped, read like those of a disk.
 * The package's entry for browsers, `unstained/browser`, in pages: nothing here needs Node.
 * Imports `io` and what its images are made of.
 *
 *     const files = browserFiles(input.files);
 *     const { path, selection } = parseImagePath('cells.ome.tif#channel=DNA');
 *     const file = await openImage(files, path);
 *     const volume = await readVolume(selectImage(file.images, selection), selection);
 *     await file.close();
 */
export { isUnstainedError } from '../core/index.ts';
export { openImage, parseImagePath, readVolume, selectImage } from '../io/index.ts';
export type {
  ByteSource,
  Channel,
  Files,
  ImageFile,
  ImageSource,
  Samples,
  SampleType,
  Selection,
} from '../io/index.ts';
export type { Region, Size, Volume, VoxelSize } from '../volume/index.ts';
export { browserFiles } from './browser-files.ts';
export { folderFiles } from './folder-files.ts';

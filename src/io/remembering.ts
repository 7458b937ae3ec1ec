/** Which files an image is made of, told by what was opened while it was read: a set of files names its members late. */
import type { Files } from './source.ts';

/** `files`, with every path that is opened put into `opened`. */
export function remembering(files: Files, opened: Set<string>): Files {
  return {
    ...files,
    open(path) {
      opened.add(path);
      return files.open(path);
    },
  };
}

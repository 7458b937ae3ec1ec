/** Signal, targets and weight must show the same voxels: a target shifted by one plane teaches something else. */
import type { Config } from '../config/index.ts';
import { DatasetError } from '../core/index.ts';
import { equalSize, formatSize, type Size } from '../volume/index.ts';

export interface ImageShape {
  readonly file: string;
  readonly size: Size;
  readonly channels: number;
}

/** Refuses a target or weight of several channels: which of them is meant? */
export function requireOneChannel({ file, channels }: ImageShape): void {
  if (channels === 1) return;
  throw new DatasetError('dataset/channels', {
    file,
    what: `${file} has ${channels} channels; a target or a weight map is one.`,
    why: 'Which of them is meant cannot be guessed.',
    remedy: `Select one: ${selection(file, 'channel=0')}.`,
  });
}

/**
 * Refuses images of unlike size. `size` is the signal's as the network sees it, `stored` as the file has it: where planes are
 * channels they differ, and messages speak of the file.
 */
export function requireSameVoxels(
  size: Size,
  stored: ImageShape,
  others: readonly (ImageShape & { readonly role: string })[],
  network: Config['network'],
): void {
  for (const other of others) {
    if (equalSize(other.size, size)) continue;
    const { file, role } = other;
    throw new DatasetError('dataset/sizes', {
      file,
      what:
        `${stored.file} is (${formatSize(stored.size)}), ${role} of ${file} is (${formatSize(other.size)}). ` +
        (network.zAsChannels
          ? 'With the planes of the signal as channels, one plane is predicted.'
          : 'Both must show the same voxels.'),
      why: 'The network would learn to predict another place than it sees.',
      remedy: remedy(stored, other, network),
    });
  }
}

/** What to type next, as far as the sizes give it away. */
function remedy(signal: ImageShape, other: ImageShape, network: Config['network']): string {
  const samePlane = signal.size.y === other.size.y && signal.size.x === other.size.x;
  if (!samePlane) return 'Register the images to one grid first, or crop them to the same field.';
  if (network.zAsChannels) {
    const middle = Math.floor(other.size.z / 2);
    return `Select a plane: ${selection(other.file, `z=${middle}:${middle + 1}`)}, or predict all: --set network.zAsChannels=false.`;
  }
  if (other.size.z === 1)
    return 'To predict one plane from all planes of the signal: --dims 2 --set network.zAsChannels=true.';
  const [longer, shorter] = signal.size.z > other.size.z ? [signal, other] : [other, signal];
  return `If ${shorter.file} lacks the last planes: ${selection(longer.file, `z=0:${shorter.size.z}`)}.`;
}

/** `file` with one more selection behind its `#`. */
function selection(file: string, selected: string): string {
  return `${file}${file.includes('#') ? '&' : '#'}${selected}`;
}

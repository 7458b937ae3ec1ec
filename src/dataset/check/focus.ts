/**
 * How sharp each plane of a stack is, and whether signal and target are sharp at the same depth.
 *
 *   focus(z) = mean over y, x of (4 v - its four neighbors)^2 / deviation^2 of the whole channel
 *
 * Subbarao, Choi and Nikzad, Focusing techniques, Optical Engineering 32, 2824 (1993): energy of the Laplacian. Transmitted light
 * has little contrast exactly in focus and more on either side, so this can be a note, never a verdict.
 */
import { statistics, type Volume } from '../../volume/index.ts';
import type { CheckedImage } from './checked-pair.ts';
import type { Finding } from './finding.ts';

/** Stacks of fewer planes have no focus to speak of. */
const LEAST_PLANES = 8;
/** A profile whose highest value is not this many times its median says nothing about focus. */
const CLEAR = 1.5;
/** Planes at either end within this part of the stack are its end. */
const END = 0.05;
/** Focus planes farther apart than this part of the stack are far apart. */
const APART = 0.4;

/** Of the first channel, which must be finite; one value a plane, (z). */
export function focusProfile({ data, size }: Volume): number[] {
  const plane = size.y * size.x;
  const { std } = statistics(data.subarray(0, size.z * plane));
  const scale = std > 0 ? 1 / (std * std) : 0;
  return Array.from({ length: size.z }, (_, z) => {
    let sum = 0;
    for (let y = 1; y < size.y - 1; y++)
      for (let x = 1, at = z * plane + y * size.x + 1; x < size.x - 1; x++, at++)
        sum += (4 * data[at] - data[at - 1] - data[at + 1] - data[at - size.x] - data[at + size.x]) ** 2;
    return (sum * scale) / Math.max(1, (size.y - 2) * (size.x - 2));
  });
}

export function focusFindings(
  id: string,
  signal: { readonly image: CheckedImage; readonly profile: readonly number[] },
  target: { readonly image: CheckedImage; readonly profile: readonly number[] },
): Finding[] {
  const planes = target.profile.length;
  const focus = focusPlane(target.profile);
  if (planes < LEAST_PLANES || focus === null) return [];
  const note = (what: string, remedy: string, measured: Finding['measured']): Finding => ({
    kind: 'focus',
    severity: 'note',
    samples: [id],
    file: target.image.file,
    what,
    remedy,
    measured,
  });
  if (Math.min(focus, planes - 1 - focus) < END * planes)
    return [
      note(
        `${target.image.file} is sharpest in plane z ${focus} of ${planes}, at the end of the stack: what lies beyond may be missing.`,
        'Look at the stack; take it with a few planes more on that side.',
        { target: focus, planes },
      ),
    ];
  const signalFocus = signal.profile.length === planes ? focusPlane(signal.profile) : null;
  if (signalFocus === null || Math.abs(signalFocus - focus) <= APART * planes) return [];
  return [
    note(
      `${signal.image.file} is sharpest in plane z ${signalFocus}, ${target.image.file} in plane z ${focus} of ${planes}: were both taken at the same depths?`,
      'Look at both stacks side by side. Transmitted light may be sharpest off focus; a whole offset would also show as a shift in z.',
      { signal: signalFocus, target: focus, planes },
    ),
  ];
}

/** Where the profile stands out, if it does. */
function focusPlane(profile: readonly number[]): number | null {
  const most = Math.max(...profile);
  const median = profile.toSorted((a, b) => a - b)[Math.floor(profile.length / 2)];
  return most > 0 && most >= CLEAR * median ? profile.indexOf(most) : null;
}

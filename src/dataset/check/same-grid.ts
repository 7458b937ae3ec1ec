/** Whether the images of a sample can lie on one grid: extents, order of axes, voxel sizes, one channel a target. */
import { equalSize, formatSize, type Size } from '../../volume/index.ts';
import type { CheckedImage, CheckedPair } from './checked-pair.ts';
import type { Finding } from './finding.ts';

/** Voxel sizes that differ by less are the same: decimals of different programs. */
const SAME_VOXEL = 0.01;

/** Whether `image` can be laid on the signal voxel by voxel; a target may be one plane for a stack. */
export function fits(signal: Size, image: Size): boolean {
  return signal.y === image.y && signal.x === image.x && (signal.z === image.z || image.z === 1);
}

export function gridFindings({ id, signal, targets, weight }: CheckedPair): Finding[] {
  const others = [
    ...targets.map((image) => ({ image, role: `target ${image.name}` })),
    ...(weight ? [{ image: weight, role: 'weight' }] : []),
  ];
  return others.flatMap(({ image, role }) => [
    ...channelFindings(id, image, role),
    ...sizeFindings(id, signal, image, role),
    ...voxelFindings(id, signal, image, role),
  ]);
}

function channelFindings(id: string, { file, volume, channelNames }: CheckedImage, role: string): Finding[] {
  if (volume.channels === 1) return [];
  const names = channelNames.map((name, c) => name ?? String(c)).join(', ');
  return [
    {
      kind: 'channel',
      severity: 'spoils',
      samples: [id],
      file,
      what: `${file} (${role}) has ${volume.channels} channels (${names}); a target or a weight map is one.`,
      remedy: `Select one: ${file}${file.includes('#') ? '&' : '#'}channel=${channelNames[0] ?? 0}.`,
      measured: { channels: volume.channels },
    },
  ];
}

function sizeFindings(id: string, signal: CheckedImage, image: CheckedImage, role: string): Finding[] {
  const [a, b] = [signal, image].map(({ whole, volume }) => whole ?? volume.size);
  if (fits(a, b)) return [];
  const both = `${signal.file} is (${formatSize(a)}), ${image.file} (${role}) is (${formatSize(b)})`;
  const measured = { signal: formatSize(a), other: formatSize(b) };
  const base = { severity: 'spoils', samples: [id], file: image.file, measured } as const;
  const sorted = ({ z, y, x }: Size) => [z, y, x].toSorted((p, q) => p - q).join();
  if (sorted(a) === sorted(b))
    return [
      {
        ...base,
        kind: 'axes',
        what: `${both}: the same extents in another order of axes.`,
        remedy: 'Say what the planes and axes of that file are: --axes, or write it again in the order of the signal.',
      },
    ];
  if (signal.volume.channels > 1 && a.z === 1 && b.z === signal.volume.channels)
    return [
      {
        ...base,
        kind: 'axes',
        what: `${both}, and the signal has as many channels as the target has planes: its planes were read as channels.`,
        remedy: 'Say what they are: --axes ZYX.',
      },
    ];
  const samePlane = a.y === b.y && a.x === b.x;
  const [longer, shorter] = a.z > b.z ? [signal, image] : [image, signal];
  return [
    {
      ...base,
      kind: 'shape',
      what: `${both}. Both must show the same voxels.`,
      remedy: samePlane
        ? `If ${shorter.file} lacks the last planes: ${longer.file}${longer.file.includes('#') ? '&' : '#'}z=0:${shorter.volume.size.z}.`
        : 'Register the images to one grid first, or crop them to the same field.',
    },
  ];
}

function voxelFindings(id: string, signal: CheckedImage, image: CheckedImage, role: string): Finding[] {
  const [a, b] = [signal.volume.voxelSize, image.volume.voxelSize];
  const flat = !equalSize(signal.volume.size, image.volume.size);
  const unlike = (['z', 'y', 'x'] as const).filter((axis) => {
    const [one, other] = [a?.[axis] ?? null, b?.[axis] ?? null];
    if (one === null || other === null || (axis === 'z' && flat)) return false;
    return Math.abs(one / other - 1) > SAME_VOXEL;
  });
  if (unlike.length === 0) return [];
  const list = unlike.map((axis) => `${axis} ${a?.[axis]} and ${b?.[axis]} um`).join(', ');
  return [
    {
      kind: 'voxel-size',
      severity: 'spoils',
      samples: [id],
      file: image.file,
      what: `${signal.file} and ${image.file} (${role}) state different voxel sizes: ${list}. Voxel by voxel they don't show the same place.`,
      remedy:
        'If one of them is wrong, give the right one for all files: --voxel-size Z,Y,X; if not, resample one to the grid of the other.',
      measured: Object.fromEntries(
        unlike.flatMap((axis) => [
          [`signal ${axis}`, a?.[axis] ?? null],
          [`other ${axis}`, b?.[axis] ?? null],
        ]),
      ),
    },
  ];
}

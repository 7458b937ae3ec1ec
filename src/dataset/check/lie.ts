/** What to say of how a target lies on its signal, and how sure that is. */
import type { Volume } from '../../volume/index.ts';
import type { CheckedImage, CheckedTarget } from './checked-pair.ts';
import type { Finding } from './finding.ts';
import { register, type Registration } from './registration.ts';

export interface Lie extends Registration {
  /** 0 to 1: 1 - ratio^-3. docs/check.md has what was right and wrong at which ratio. */
  readonly confidence: number;
}

/** Below it nothing is said. In clean crops, wrong answers reached 0.51 (a ratio of 1.27); most right ones are above 0.8. */
const SURE = 0.6;
/** The peak must be so many times what there is at no shift. */
const CLEARLY_ELSEWHERE = 1.25;
/** Voxels: in images lit from one side, what belongs together lies up to this far apart. */
const TOLERANCE = { z: 2.6, yx: 3 };

export function registerWithConfidence(signal: Volume, target: Volume): Lie | null {
  const found = register(signal, target);
  return found && { ...found, confidence: found.ratio > 1 ? 1 - found.ratio ** -3 : 0 };
}

/** Whether both show the same place, neither mirrored nor shifted: as far as images that do not look alike can tell. */
export function liesNear({ mirror, shift }: Lie): boolean {
  if (mirror.z || mirror.y || mirror.x) return false;
  return Math.abs(shift.z) <= TOLERANCE.z && Math.hypot(shift.y, shift.x) <= TOLERANCE.yx;
}

export function lieFindings(id: string, signal: CheckedImage, target: CheckedTarget, lie: Lie | null): Finding[] {
  if (!lie || lie.confidence < SURE || lie.overNear < CLEARLY_ELSEWHERE) return [];
  const { mirror, shift, confidence } = lie;
  const measured = {
    z: rounded(shift.z),
    y: rounded(shift.y),
    x: rounded(shift.x),
    confidence: Number(confidence.toFixed(3)),
    target: target.name,
  };
  const base = { severity: 'spoils', samples: [id], file: target.file } as const;
  const axes = (['z', 'y', 'x'] as const).filter((axis) => mirror[axis]);
  if (axes.length > 0)
    return [
      {
        ...base,
        kind: 'flip',
        what: `${target.file} fits ${signal.file} only when it is mirrored along ${axes.join(' and ')}.`,
        remedy:
          `Mirror it and save it again; most often one camera's driver mirrors, so look at all files of that channel. ` +
          `(The manifest's flip_y and flip_x turn all images of a row alike and don't help here.)`,
        measured: { ...measured, mirrored: axes.join('') },
      },
    ];
  if (liesNear(lie)) return [];
  const [z, y, x] = [Math.round(shift.z), Math.round(shift.y), Math.round(shift.x)];
  return [
    {
      ...base,
      kind: 'shift',
      what:
        `${target.file} lies z ${rounded(shift.z)}, y ${rounded(shift.y)}, x ${rounded(shift.x)} voxels off ${signal.file} ` +
        `(confidence ${confidence.toFixed(2)}).`,
      remedy:
        `Crop both to what they share, so that voxel (z, y, x) of the signal meets (z${signed(z)}, y${signed(y)}, x${signed(x)}) of the target; ` +
        'an offset that is the same in all files comes from the microscope and can be measured with beads.',
      measured,
    },
  ];
}

function rounded(value: number): number {
  return Number(value.toFixed(1)) + 0;
}

function signed(value: number): string {
  return value < 0 ? ` - ${-value}` : ` + ${value}`;
}

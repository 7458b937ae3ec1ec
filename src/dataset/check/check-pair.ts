/** What is wrong with one sample: its images by themselves, and against each other. */
import type { Random } from '../../core/index.ts';
import { channelFindings } from './channels.ts';
import type { CheckedPair, CheckedTarget } from './checked-pair.ts';
import type { PairFacts } from './facts.ts';
import { fingerprintOf } from './fingerprint.ts';
import { focusFindings, focusProfile } from './focus.ts';
import { imageFaults, isMask, isUsable } from './image-faults.ts';
import { lieFindings, registerWithConfidence, type Lie } from './lie.ts';
import { fits, gridFindings } from './same-grid.ts';

/**
 * Checks one sample. Nothing is thrown for what is wrong with images: all of it is in the findings. Images that can't be
 * compared (other extents, NaN, constant) are checked by themselves only.
 *
 * `random` is not drawn from yet: every measure looks at the whole image.
 */
export function checkPair(pair: CheckedPair, _random: Random): PairFacts {
  const { id, signal, targets, weight } = pair;
  const findings = [
    ...gridFindings(pair),
    ...imageFaults(id, signal, 'signal'),
    ...targets.flatMap((target) => imageFaults(id, target, 'target')),
    ...(weight ? imageFaults(id, weight, 'weight') : []),
  ];
  const usable = isUsable(signal.volume);
  const comparable = targets.filter(
    ({ volume }) => usable && isUsable(volume) && volume.channels === 1 && fits(signal.volume.size, volume.size),
  );
  const lies = new Map<CheckedTarget, Lie | null>();
  for (const target of comparable) lies.set(target, registerWithConfidence(signal.volume, target.volume));
  const channels = channelFindings(pair, comparable, lies);
  // Of a channel that does not belong there, it says nothing where it lies.
  const belongs = ({ file }: CheckedTarget) =>
    !channels.some((finding) => finding.file === file && finding.measured?.otherConfidence !== undefined);
  for (const target of comparable.filter(belongs))
    findings.push(...lieFindings(id, signal, target, lies.get(target) ?? null));
  findings.push(...channels);

  const [first] = targets;
  const zProfile = {
    signal: usable ? focusProfile(signal.volume) : [],
    target: first && isUsable(first.volume) ? focusProfile(first.volume) : [],
  };
  if (first && comparable.includes(first) && !isMask(first.volume))
    findings.push(
      ...focusFindings(id, { image: signal, profile: zProfile.signal }, { image: first, profile: zProfile.target }),
    );
  const lie = first ? (lies.get(first) ?? null) : null;
  const mirrored = lie && (lie.mirror.z || lie.mirror.y || lie.mirror.x);
  return {
    id,
    findings,
    shift: lie && !mirrored ? { ...lie.shift, confidence: lie.confidence } : null,
    zProfile,
    fingerprint: fingerprintOf(pair),
  };
}

/** Whether each channel is what it is taken for: light as signal, a dye as target, and the dye that the name says. */
import type { CheckedPair, CheckedTarget } from './checked-pair.ts';
import type { Finding } from './finding.ts';
import { digestOf, isMask, isUsable } from './image-faults.ts';
import { liesNear, registerWithConfidence, type Lie } from './lie.ts';
import { brightTail, FLUORESCENCE_TAIL, TRANSMITTED_TAIL } from './light.ts';
import { fits } from './same-grid.ts';
import { stainShape } from './stain-shape.ts';

/** How sure a registration must be to say that another channel fits, and lies where it should. */
const FITS = 0.75;
/** A channel that does not belong there registers anywhere, by chance up to here; one that does and lies near is left alone. */
const FITS_NOT = 0.4;
const BY_CHANCE = 0.95;
/** Names of stains of nuclei, which are round. */
const NUCLEAR = /(^|[^a-z])(dapi|hoechst|dna|nuc|nuclei|nucleus|nuclear|h2b|draq5|syto\d*)([^a-z]|$)/i;
/** A stain of nuclei that is less round than this, beside another that is rounder than that and by so much. */
const LONG = 0.03;
const ROUND = 0.05;
const ROUNDER = 0.015;
/** Channels that were not chosen and are tried. */
const MOST_OTHERS = 6;

export function channelFindings(
  pair: CheckedPair,
  comparable: readonly CheckedTarget[],
  lies: ReadonlyMap<CheckedTarget, Lie | null>,
): Finding[] {
  const exchanged = comparable.flatMap((target) => exchangeFindings(pair, target));
  if (exchanged.length > 0) return exchanged;
  return [
    ...comparable.flatMap((target) => betterChannel(pair, target, lies.get(target) ?? null)),
    ...nuclearFindings(pair, comparable),
  ];
}

/** Signal and target by the look of their light. */
function exchangeFindings({ id, signal }: CheckedPair, target: CheckedTarget): Finding[] {
  const base = { kind: 'channel', samples: [id], file: target.file } as const;
  if (digestOf(signal.volume.data) === digestOf(target.volume.data))
    return [
      {
        ...base,
        severity: 'spoils',
        what: `${signal.file} and ${target.file} (target ${target.name}) hold the same samples: the network would learn to copy.`,
        remedy: 'Give the channel of the dye as target: unstained inspect FILE lists the channels.',
      },
    ];
  const tails = { signal: brightTail(signal.volume), target: brightTail(target.volume) };
  const measured = { signalTail: Number(tails.signal.toFixed(2)), targetTail: Number(tails.target.toFixed(2)) };
  const signalShines = tails.signal > FLUORESCENCE_TAIL;
  const targetIsLight = tails.target < TRANSMITTED_TAIL && !isMask(target.volume);
  if ((signalShines || isMask(signal.volume)) && targetIsLight)
    return [
      {
        ...base,
        severity: 'spoils',
        what: `${signal.file} looks like fluorescence and ${target.file} (target ${target.name}) like transmitted light: they are exchanged.`,
        remedy: 'Exchange them in the manifest, or the channel numbers behind #channel=.',
        measured,
      },
    ];
  if (isMask(signal.volume))
    return [
      {
        ...base,
        file: signal.file,
        severity: 'spoils',
        what: `${signal.file} is the signal and has a few values only, as a mask has.`,
        remedy: 'Give the image of transmitted light as signal.',
        measured,
      },
    ];
  if (signalShines)
    return [
      {
        ...base,
        file: signal.file,
        severity: 'note',
        what: `${signal.file} is the signal and looks like fluorescence: bright things on a dark ground.`,
        remedy:
          'If it is not dark field or reflected light, give the channel of transmitted light: unstained inspect FILE lists the channels.',
        measured,
      },
    ];
  return [];
}

/** Another channel of the files that lies on the signal where the chosen one does not. */
function betterChannel({ id, signal, others }: CheckedPair, target: CheckedTarget, lie: Lie | null): Finding[] {
  const fitsItself = lie && lie.confidence >= FITS_NOT && (liesNear(lie) || lie.confidence >= BY_CHANCE);
  if (fitsItself && brightTail(target.volume) >= TRANSMITTED_TAIL) return [];
  if (isMask(target.volume)) return [];
  const candidates = others.filter(
    ({ volume }) =>
      volume.channels === 1 &&
      isUsable(volume) &&
      fits(signal.volume.size, volume.size) &&
      brightTail(volume) > FLUORESCENCE_TAIL,
  );
  const fitting = candidates
    .slice(0, MOST_OTHERS)
    .map((image) => ({ image, found: registerWithConfidence(signal.volume, image.volume) }))
    .filter(({ found }) => found && found.confidence >= FITS && liesNear(found))
    .toSorted((a, b) => (b.found?.confidence ?? 0) - (a.found?.confidence ?? 0));
  if (fitting.length === 0) return [];
  const [{ image, found }] = fitting;
  const name = image.channelNames[0];
  return [
    {
      kind: 'channel',
      severity: 'spoils',
      samples: [id],
      file: target.file,
      what:
        `${target.file} (target ${target.name}) does not fit ${signal.file} (confidence ${(lie?.confidence ?? 0).toFixed(2)}), ` +
        `and ${image.file}${name ? ` (${name})` : ''} does (${found?.confidence.toFixed(2)}).`,
      remedy: `Was that channel meant? Give it: ${image.file}.`,
      measured: { confidence: lie?.confidence ?? null, other: image.file, otherConfidence: found?.confidence ?? null },
    },
  ];
}

/** Among the targets of one field, the one that is called after nuclei should be the roundest. */
function nuclearFindings({ id }: CheckedPair, targets: readonly CheckedTarget[]): Finding[] {
  const shapes = targets
    .filter(({ volume }) => !isMask(volume))
    .map((target) => ({ target, roundness: stainShape(target.volume)?.roundness ?? null }));
  return shapes.flatMap(({ target, roundness }) => {
    if (!NUCLEAR.test(target.name) || roundness === null) return [];
    const rounder = shapes.filter(
      (other) =>
        !NUCLEAR.test(other.target.name) &&
        other.roundness !== null &&
        other.roundness >= ROUND &&
        other.roundness >= roundness + ROUNDER,
    );
    if (rounder.length === 0) return [];
    const roundest = rounder.reduce((a, b) => ((b.roundness ?? 0) > (a.roundness ?? 0) ? b : a));
    return [
      {
        kind: 'channel',
        severity: roundness < LONG ? 'spoils' : 'note',
        samples: [id],
        file: target.file,
        what:
          `${target.file} is called ${target.name}, as nuclei are, and shows ${roundness < LONG ? 'long' : 'less round'} things (roundness ${roundness.toFixed(2)}); ` +
          `${roundest.target.file} (${roundest.target.name}) shows round ones (${(roundest.roundness ?? 0).toFixed(2)}).`,
        remedy: 'Look at both: if their names are exchanged, exchange them in the manifest.',
        measured: { roundness, other: roundest.target.name, otherRoundness: roundest.roundness },
      } as const,
    ];
  });
}

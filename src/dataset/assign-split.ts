/**
 * Which samples train, which validate and which test; samples that belong together (`split-units.ts`) stay so.
 *
 * What a manifest says is followed. Where it says nothing at all, or only which samples test, images are drawn at random to train
 * as in the paper (Ounkomol et al. 2018): its published tables train on 30 images of each structure and test on all others.
 * Where it says only which samples train, or only which validate, the rest does the other.
 */
import type { Config } from '../config/index.ts';
import { DatasetError, type Random } from '../core/index.ts';
import { splitUnits, type SplitUnit } from './split-units.ts';
import type { Sample } from './sample.ts';

export type Side = 'train' | 'val' | 'test';

export interface AssignedSplit {
  /** image: whole samples are kept aside. part: those that train all do, but for a part of each (`planSplit`). */
  readonly by: 'image' | 'part';
  /** One a sample, in their order. */
  readonly sides: readonly Side[];
}

/**
 * The sides by the settings and the state of `random`; the order of the samples has no say. Images that are drawn stand on both sides, one at
 * least; units of several images are drawn whole, so that fewer than the wanted number may train.
 * Throws DatasetError `dataset/split` where none can be kept aside, where none trains, and where the manifest parts a unit.
 */
export function assignSplit(samples: readonly Sample[], split: Config['split'], random: Random): AssignedSplit {
  const units = splitUnits(samples);
  const said = saidSides(units, samples);
  const open = units.filter((unit) => !said.has(unit));
  const isSaid = (side: Side) => [...said.values()].includes(side);

  const sideOf = new Map(said);
  const fill = (side: Side, of: readonly SplitUnit[] = open) => {
    for (const unit of of) sideOf.set(unit, side);
  };
  let by: AssignedSplit['by'] = 'image';
  if (isSaid('train') && isSaid('val')) refuseOpen(open, samples);
  else if (isSaid('train')) fill('val');
  else if (isSaid('val')) fill('train');
  else if (split.by === 'part' || (split.by === 'auto' && open.length === 1)) {
    by = 'part';
    fill('train');
  } else {
    fill('val');
    fill('train', drawn(open, split.train, random));
  }

  const sides: Side[] = Array.from({ length: samples.length });
  for (const [unit, side] of sideOf) for (const i of unit.members) sides[i] = side;
  if (!sides.includes('train'))
    throw new DatasetError('dataset/split', {
      what: `None of ${samples.length} samples is to train: ${countOf(sides, 'val')} validate, ${countOf(sides, 'test')} test.`,
      why: 'A network learns from what trains.',
      remedy: 'Write train in the column split, or nothing there.',
    });
  return { by, sides };
}

/** The side of each unit of which a sample says one. Throws where samples of one unit say several. */
function saidSides(units: readonly SplitUnit[], samples: readonly Sample[]): Map<SplitUnit, Side> {
  const said = new Map<SplitUnit, Side>();
  const parted: string[] = [];
  for (const unit of units) {
    const speakers = unit.members.filter((i) => samples[i].split !== null);
    if (speakers.length === 0) continue;
    said.set(unit, samples[speakers[0]].split!);
    const isParted = (members: readonly number[]) =>
      members.some((i) => samples[i].split !== samples[members[0]].split);
    if (!isParted(speakers)) continue;
    const links = unit.links.map(({ name, members }) => ({
      name,
      members: members.filter((i) => speakers.includes(i)),
    }));
    const link = links.find(({ members }) => members.length > 0 && isParted(members)) ?? {
      name: null,
      members: speakers,
    };
    const [first] = link.members;
    const other = link.members.find((i) => samples[i].split !== samples[first].split)!;
    const shared = link.name === null ? 'others tie them by image or group' : `both have ${link.name}`;
    parted.push(`${tell(samples[first])} and ${tell(samples[other])}: ${shared}.`);
  }
  if (parted.length === 0) return said;
  throw new DatasetError('dataset/split', {
    what: `Samples that belong together stand on two sides. ${listed(parted)}`,
    why: 'The network would be measured on what it has seen, and look better than it is.',
    remedy: 'Write the same word in the column split for all of them.',
  });
}

function refuseOpen(open: readonly SplitUnit[], samples: readonly Sample[]): void {
  if (open.length === 0) return;
  const silent = open.flatMap(({ members }) => members.map((i) => samples[i].place ?? samples[i].id));
  throw new DatasetError('dataset/split', {
    what: `Some samples are to train and some to validate, and ${silent.length} say nothing: ${listed(silent)}.`,
    why: 'Whether they train or validate cannot be known.',
    remedy: 'Fill the column split in each row, or leave it empty in all: the settings decide then.',
  });
}

/** The units that train: as many images as wanted, or fewer where units of several do not come out even. */
function drawn(units: readonly SplitUnit[], train: number, random: Random): SplitUnit[] {
  const images = units.reduce((sum, unit) => sum + unit.images, 0);
  if (units.length < 2)
    throw new DatasetError('dataset/split', {
      what:
        units.length === 0
          ? 'All samples are to test.'
          : images === 1
            ? 'There is one image only.'
            : `All ${images} images belong together, by their files or their group.`,
      why: 'Whole images can be kept aside only where others are left to train on.',
      remedy: 'Keep a part of each image aside: --set split.by=part, or add images.',
    });
  // `train` images if there are more; else all but one.
  const wanted = Math.min(train < 1 ? Math.max(1, Math.round(train * images)) : train, images - 1);
  const order = shuffled(
    units.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    random,
  );
  const taken: SplitUnit[] = [];
  let count = 0;
  for (const unit of order) {
    if (count + unit.images > wanted) continue;
    taken.push(unit);
    count += unit.images;
  }
  return taken.length > 0 ? taken : [order.reduce((least, unit) => (unit.images < least.images ? unit : least))];
}

/** Fisher and Yates, as Durstenfeld (1964) wrote it. */
function shuffled<T>(values: readonly T[], random: Random): T[] {
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

function tell({ id, place, split }: Sample): string {
  return `${place ?? id} (${split})`;
}

/** The first ten. */
function listed(texts: readonly string[]): string {
  const more = texts.length > 10 ? `, and ${texts.length - 10} more` : '';
  return texts.slice(0, 10).join(', ') + more;
}

function countOf(sides: readonly Side[], side: Side): number {
  return sides.filter((other) => other === side).length;
}

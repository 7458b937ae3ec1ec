/**
 * Which samples train, which validate and which test; samples of one field (`fields.ts`) stay together.
 *
 * What a manifest says is followed. Where it says nothing at all, or only which samples test, images are drawn at random to train
 * as in the paper (Ounkomol et al. 2018): its published tables train on 30 images of each structure and test on all others.
 * Where it says only which samples train, or only which validate, the rest does the other.
 */
import type { Config } from '../config/index.ts';
import { DatasetError, type Random } from '../core/index.ts';
import { fieldsOf, type Field } from './fields.ts';
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
 * least; fields of several images are drawn whole, so that fewer than the wanted number may train.
 * Throws DatasetError `dataset/split` where none can be kept aside, where none trains, and where the manifest parts a field.
 */
export function assignSplit(samples: readonly Sample[], split: Config['split'], random: Random): AssignedSplit {
  const fields = fieldsOf(samples);
  const said = saidSides(fields, samples);
  const open = fields.filter((field) => !said.has(field));
  const isSaid = (side: Side) => [...said.values()].includes(side);

  const sideOf = new Map(said);
  const fill = (side: Side, of: readonly Field[] = open) => {
    for (const field of of) sideOf.set(field, side);
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
  for (const [field, side] of sideOf) for (const i of field.members) sides[i] = side;
  if (!sides.includes('train'))
    throw new DatasetError('dataset/split', {
      what: `None of ${samples.length} samples is to train: ${countOf(sides, 'val')} validate, ${countOf(sides, 'test')} test.`,
      why: 'A network learns from what trains.',
      remedy: 'Write train in the column split, or nothing there.',
    });
  return { by, sides };
}

/** The side of each field of which a sample says one. Throws where samples of one field say several. */
function saidSides(fields: readonly Field[], samples: readonly Sample[]): Map<Field, Side> {
  const said = new Map<Field, Side>();
  const parted: string[] = [];
  for (const field of fields) {
    const speakers = field.members.filter((i) => samples[i].split !== null);
    if (speakers.length === 0) continue;
    said.set(field, samples[speakers[0]].split!);
    const isParted = (members: readonly number[]) =>
      members.some((i) => samples[i].split !== samples[members[0]].split);
    if (!isParted(speakers)) continue;
    const links = field.links.map(({ name, members }) => ({
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
    what: `Samples of one field stand on two sides. ${listed(parted)}`,
    why: 'The network would be measured on what it has seen, and look better than it is.',
    remedy: 'Write the same word in the column split for all samples of a field.',
  });
}

function refuseOpen(open: readonly Field[], samples: readonly Sample[]): void {
  if (open.length === 0) return;
  const silent = open.flatMap(({ members }) => members.map((i) => samples[i].place ?? samples[i].id));
  throw new DatasetError('dataset/split', {
    what: `Some samples are to train and some to validate, and ${silent.length} say nothing: ${listed(silent)}.`,
    why: 'Whether they train or validate cannot be known.',
    remedy: 'Fill the column split in each row, or leave it empty in all: the settings decide then.',
  });
}

/** The fields that train: as many images as wanted, or fewer where fields of several do not come out even. */
function drawn(fields: readonly Field[], train: number, random: Random): Field[] {
  const images = fields.reduce((sum, field) => sum + field.images, 0);
  if (fields.length < 2)
    throw new DatasetError('dataset/split', {
      what:
        fields.length === 0
          ? 'All samples are to test.'
          : `All ${images} images are one field, by their files or their group.`,
      why: 'To keep whole images aside needs two fields at least.',
      remedy: 'Keep a part of each image aside: --set split.by=part, or add images.',
    });
  // `train` images if there are more; else all but one.
  const wanted = Math.min(train < 1 ? Math.max(1, Math.round(train * images)) : train, images - 1);
  const order = shuffled(
    fields.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    random,
  );
  const taken: Field[] = [];
  let count = 0;
  for (const field of order) {
    if (count + field.images > wanted) continue;
    taken.push(field);
    count += field.images;
  }
  return taken.length > 0 ? taken : [order.reduce((least, field) => (field.images < least.images ? field : least))];
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

/**
 * Whether `unstained check` finds what spoils training, and leaves good data alone: crops of the bundled pairs, spoiled on purpose
 * and not, go through its functions.
 *
 *     npm run bench:check [-- --spoiled 100 --clean 50 --seed 1]
 *
 * Prints a line a crop and two tables: kind x found, and the false alarms. A spoiling is found when a finding of its kind says
 * that training would be spoiled; a false alarm is a clean crop of which any finding says so.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readImage } from '../src/api/read-images.ts';
import { random, type Random } from '../src/core/index.ts';
import { checkPair, checkTogether, type CheckedImage, type CheckedPair, type Finding } from '../src/dataset/index.ts';
import { nodeWorld } from '../src/node/index.ts';
import { cropVolume, statistics, type Size, type Volume } from '../src/volume/index.ts';

const { values } = parseArgs({
  options: {
    spoiled: { type: 'string', default: '100' },
    clean: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
  },
});
const draw = random(Number(values.seed));

interface Field {
  readonly name: 'nuclei' | 'neurons';
  readonly signal: Volume;
  readonly targets: Readonly<Record<string, Volume>>;
}
type Kind = 'shift-y' | 'shift-x' | 'shift-z' | 'flip' | 'channel' | 'blank-plane' | 'duplicate' | 'saturated';
interface Spoiled {
  readonly pairs: readonly CheckedPair[];
  /** What was done, in words. */
  readonly what: string;
  readonly expected: Finding['kind'];
}

/** Crops are drawn from LEAST up to this many voxels long: what a field of a user could measure, in little time. */
const LEAST = 128;
const MOST = { nuclei: { y: 204, x: 256 }, neurons: { y: 512, x: 512 } };
const SHIFTS = { least: 3, most: 12 };
/** A crop shows something of the target when its deviation is at least this part of the whole field's. */
const SHOWS = 0.25;
const KINDS: readonly Kind[] = [
  'shift-y',
  'shift-x',
  'shift-z',
  'flip',
  'channel',
  'blank-plane',
  'duplicate',
  'saturated',
];

const fields = await readFields();
const table = new Map<Kind, { found: number; of: number }>(KINDS.map((kind) => [kind, { found: 0, of: 0 }]));
let [clean, alarms, notes] = [0, 0, 0];
const [spoiledCount, cleanCount] = [Number(values.spoiled), Number(values.clean)];
// Spoiled and clean ones in turns, so that a run that is stopped tells of both.
for (let i = 0; i < spoiledCount + cleanCount; i++) {
  const isClean = Math.floor(((i + 1) * cleanCount) / (spoiledCount + cleanCount)) > clean;
  if (isClean) await checkClean();
  else await checkSpoiled(KINDS[draw.integer(KINDS.length)]);
}
printTables();

async function checkClean(): Promise<void> {
  const pair = cropOf(fields[draw.integer(2)], draw);
  const findings = await check([pair]);
  clean++;
  const spoils = findings.filter(({ severity }) => severity === 'spoils');
  if (spoils.length > 0) alarms++;
  if (findings.length > spoils.length) notes++;
  console.log(`clean        ${describe([pair])}  ${spoils.length === 0 ? 'good' : `FALSE ALARM ${listOf(spoils)}`}`);
}

async function checkSpoiled(kind: Kind): Promise<void> {
  const spoiled = spoil(kind, draw);
  const findings = await check(spoiled.pairs);
  const found = findings.some((finding) => finding.severity === 'spoils' && finding.kind === spoiled.expected);
  const row = table.get(kind);
  if (row) {
    row.of++;
    if (found) row.found++;
  }
  console.log(
    `${kind.padEnd(12)} ${describe(spoiled.pairs)}  ${spoiled.what}: ${found ? 'found' : 'MISSED'} ${listOf(findings)}`,
  );
}

async function check(pairs: readonly CheckedPair[]): Promise<Finding[]> {
  const facts = pairs.map((pair) => checkPair(pair, draw));
  return [
    ...facts.flatMap(({ findings }) => findings),
    ...(await checkTogether(facts.map((one) => ({ facts: one, split: null })))),
  ];
}

function spoil(kind: Kind, rng: Random): Spoiled {
  const sign = rng.integer(2) === 0 ? -1 : 1;
  const by = sign * (SHIFTS.least + rng.integer(SHIFTS.most - SHIFTS.least + 1));
  const [nuclei] = fields;
  const field = fields[rng.integer(2)];
  if (kind === 'shift-z') return shifted(nuclei, { z: by, y: 0, x: 0 }, rng);
  if (kind === 'shift-y') return shifted(field, { z: 0, y: by, x: 0 }, rng);
  if (kind === 'shift-x') return shifted(field, { z: 0, y: 0, x: by }, rng);
  if (kind === 'flip') return flipped(field, rng);
  if (kind === 'channel') return exchanged(field, rng);
  if (kind === 'blank-plane') return blanked(field, rng);
  if (kind === 'duplicate') return duplicated(rng);
  return saturated(field, rng);
}

/** The target shows what lies `by` voxels further: nothing is made up, its crop is taken elsewhere. */
function shifted(field: Field, by: Size, rng: Random): Spoiled {
  const pair = cropOf(field, rng, by);
  return { pairs: [pair], what: `z ${by.z}, y ${by.y}, x ${by.x}`, expected: 'shift' };
}

function flipped(field: Field, rng: Random): Spoiled {
  const pair = cropOf(field, rng);
  const ways: ('z' | 'y' | 'x')[][] = [['y'], ['x'], ['y', 'x']];
  if (field.name === 'nuclei') ways.push(['z']);
  const axes = ways[rng.integer(ways.length)];
  const targets = pair.targets.map((target) => ({ ...target, volume: mirrored(target.volume, axes) }));
  return { pairs: [{ ...pair, targets }], what: axes.join(''), expected: 'flip' };
}

/** Signal and target exchanged; or, with several stains, the names of nuclei and another. */
function exchanged(field: Field, rng: Random): Spoiled {
  if (field.name === 'neurons' && rng.integer(2) === 0) {
    const pair = cropOf(field, rng, undefined, ['dapi', rng.integer(2) === 0 ? 'nfh' : 'map2']);
    const [a, b] = pair.targets;
    const targets = [
      { ...a, volume: b.volume, file: b.file },
      { ...b, volume: a.volume, file: a.file },
    ];
    return { pairs: [{ ...pair, targets }], what: `${a.name} and ${b.name} exchanged`, expected: 'channel' };
  }
  const pair = cropOf(field, rng);
  const [target] = pair.targets;
  const plane = Math.floor(pair.signal.volume.size.z / 2);
  const light = field.name === 'neurons' ? planeOf(pair.signal.volume, plane) : pair.signal.volume;
  const signal = { ...pair.signal, file: target.file, volume: target.volume };
  const targets = [{ ...target, file: pair.signal.file, volume: light }];
  return { pairs: [{ ...pair, signal, targets }], what: 'signal and target exchanged', expected: 'channel' };
}

/** A plane of the signal, or one of the target between planes that show something. */
function blanked(field: Field, rng: Random): Spoiled {
  const pair = cropOf(field, rng);
  const [target] = pair.targets;
  const ofTarget = field.name === 'nuclei' && rng.integer(2) === 0;
  const image = ofTarget ? target : pair.signal;
  const { size } = image.volume;
  const shown = Array.from({ length: size.z }, (_, z) => z).filter((z) =>
    [z - 1, z, z + 1].every((at) => at >= 0 && at < size.z && statistics(planeOf(image.volume, at).data).std > 0),
  );
  const z = shown[rng.integer(shown.length)];
  const data = image.volume.data.slice();
  data.fill(data[0], z * size.y * size.x, (z + 1) * size.y * size.x);
  const volume = { ...image.volume, data };
  const changed = ofTarget
    ? { ...pair, targets: [{ ...target, volume }] }
    : { ...pair, signal: { ...pair.signal, volume } };
  return { pairs: [changed], what: `z ${z} of the ${ofTarget ? 'target' : 'signal'}`, expected: 'blank-plane' };
}

/** Four fields that share nothing, and one of them again: as it is, or with noise and another brightness. */
function duplicated(rng: Random): Spoiled {
  const [, neurons] = fields;
  const pairs = [0, 1, 2, 3].map((quarter): CheckedPair => {
    const size = { y: LEAST + rng.integer(128), x: LEAST + rng.integer(128) };
    const corner = { y: Math.floor(quarter / 2) * 512, x: (quarter % 2) * 512 };
    const start = { y: corner.y + rng.integer(512 - size.y + 1), x: corner.x + rng.integer(512 - size.x + 1) };
    return cut(neurons, ['map2'], { ...start, z: 0 }, { ...size, z: 13 }, { z: 0, y: 0, x: 0 }, `quarter-${quarter}`);
  });
  const again = pairs[rng.integer(4)];
  const noisy = rng.integer(2) === 1;
  const copy = ({ volume }: CheckedImage): Volume =>
    noisy ? { ...volume, data: volume.data.map((value) => 3 * value + 100 + 15 * rng.normal()) } : volume;
  const twin = {
    ...again,
    id: 'twin',
    signal: { ...again.signal, file: 'twin.png', volume: copy(again.signal) },
    targets: again.targets.map((target) => ({ ...target, file: 'twin-target.png', volume: copy(target) })),
  };
  return {
    pairs: [...pairs, twin],
    what: noisy ? 'with noise and other brightness' : 'as it is',
    expected: 'duplicate',
  };
}

/** The brightest 4 to 20 % of the signal, or 6 to 20 % of the target, at one value. */
function saturated(field: Field, rng: Random): Spoiled {
  const pair = cropOf(field, rng);
  const ofTarget = field.name === 'neurons' && rng.integer(2) === 0;
  const least = ofTarget ? 0.06 : 0.04;
  const part = least + rng.uniform() * (0.2 - least);
  const clip = ({ volume }: CheckedImage): Volume => {
    const sorted = volume.data.slice().sort();
    const most = sorted[Math.floor((1 - part) * (sorted.length - 1))];
    return { ...volume, data: volume.data.map((value) => Math.min(value, most)) };
  };
  const changed = ofTarget
    ? { ...pair, targets: pair.targets.map((target) => ({ ...target, volume: clip(target) })) }
    : { ...pair, signal: { ...pair.signal, volume: clip(pair.signal) } };
  return {
    pairs: [changed],
    what: `${(100 * part).toFixed(0)} % of the ${ofTarget ? 'target' : 'signal'}`,
    expected: 'saturated',
  };
}

/** A random crop in which each target shows something, the targets' crops taken `by` voxels further. */
function cropOf(field: Field, rng: Random, by: Size = { z: 0, y: 0, x: 0 }, names?: readonly string[]): CheckedPair {
  const all = Object.keys(field.targets);
  const chosen = names ?? [all[rng.integer(all.length)]];
  const whole = field.signal.size;
  for (;;) {
    const length = (axis: 'y' | 'x') => {
      const most = Math.min(MOST[field.name][axis], whole[axis] - Math.abs(by[axis]));
      return LEAST + rng.integer(most - LEAST + 1);
    };
    const size = { z: whole.z - Math.abs(by.z), y: length('y'), x: length('x') };
    const place = (axis: keyof Size) =>
      Math.max(0, -by[axis]) + rng.integer(whole[axis] - size[axis] - Math.abs(by[axis]) + 1);
    const start = { z: Math.max(0, -by.z), y: place('y'), x: place('x') };
    const pair = cut(field, chosen, start, size, by, field.name);
    const shows = pair.targets.every(
      ({ name, volume }) => statistics(volume.data).std >= SHOWS * statistics(field.targets[name].data).std,
    );
    if (shows) return pair;
  }
}

function cut(
  { signal, targets }: Field,
  names: readonly string[],
  start: Size,
  size: Size,
  by: Size,
  id: string,
): CheckedPair {
  const image = (file: string, volume: Volume): CheckedImage => ({ file, volume, channelNames: [null], typeMax: 255 });
  return {
    id,
    signal: image(`${id}-light.tif`, cropVolume(signal, { start, size })),
    targets: names.map((name) => {
      const flat = targets[name].size.z === 1;
      const region = {
        start: { z: flat ? 0 : start.z + by.z, y: start.y + by.y, x: start.x + by.x },
        size: { ...size, z: flat ? 1 : size.z },
      };
      return { ...image(`${id}-${name}.tif`, cropVolume(targets[name], region)), name };
    }),
    weight: null,
    others: [],
  };
}

function planeOf(volume: Volume, z: number): Volume {
  const { y, x } = volume.size;
  return cropVolume(volume, { start: { z, y: 0, x: 0 }, size: { z: 1, y, x } });
}

function mirrored(volume: Volume, axes: readonly (keyof Size)[]): Volume {
  const { size } = volume;
  const from = (axis: keyof Size, i: number) => (axes.includes(axis) ? size[axis] - 1 - i : i);
  const data = new Float32Array(volume.data.length);
  for (let z = 0, at = 0; z < size.z; z++)
    for (let y = 0; y < size.y; y++)
      for (let x = 0; x < size.x; x++, at++)
        data[at] = volume.data[(from('z', z) * size.y + from('y', y)) * size.x + from('x', x)];
  return { ...volume, data };
}

async function readFields(): Promise<[Field, Field]> {
  const world = nodeWorld();
  const read = async (...path: string[]) =>
    (await readImage(world, join(import.meta.dirname, '..', 'examples', ...path), { voxelSize: null })).volume;
  const planes: Volume[] = [];
  for (let z = 0; z < 13; z++) planes.push(await read('isl-motor-neurons', `phase_z${String(z).padStart(2, '0')}.png`));
  const data = new Float32Array(planes.length * planes[0].data.length);
  planes.forEach((plane, z) => data.set(plane.data, z * plane.data.length));
  return [
    {
      name: 'nuclei',
      signal: await read('allen-dna', 'light.tif'),
      targets: { nuc: await read('allen-dna', 'nuc.tif') },
    },
    {
      name: 'neurons',
      signal: { ...planes[0], size: { ...planes[0].size, z: planes.length }, data },
      targets: {
        dapi: await read('isl-motor-neurons', 'dapi.png'),
        map2: await read('isl-motor-neurons', 'map2.png'),
        nfh: await read('isl-motor-neurons', 'nfh.png'),
      },
    },
  ];
}

function describe(pairs: readonly CheckedPair[]): string {
  const [{ id, signal, targets }] = pairs;
  const { z, y, x } = signal.volume.size;
  return `${id} ${targets.map(({ name }) => name).join('+')} ${z}x${y}x${x}`.padEnd(28);
}

function listOf(findings: readonly Finding[]): string {
  const text = ({ kind, severity, measured }: Finding) =>
    `${kind}${severity === 'note' ? ' (note)' : ''} ${JSON.stringify(measured ?? {})}`;
  return findings.map(text).join('; ');
}

function printTables(): void {
  const rows = [...table].filter(([, { of }]) => of > 0);
  console.log('\n| spoiled by | crops | found | missed |\n| --- | --- | --- | --- |');
  for (const [kind, { found, of }] of rows) console.log(`| ${kind} | ${of} | ${found} | ${of - found} |`);
  const [found, of] = [
    rows.reduce((sum, [, row]) => sum + row.found, 0),
    rows.reduce((sum, [, row]) => sum + row.of, 0),
  ];
  console.log(`| all | ${of} | ${found} | ${of - found} |`);
  console.log(`\n${clean} clean crops: ${alarms} false alarms, ${notes} with notes.`);
}

/** What a run came to, as a page to look at. */
import { parameterCount, reachOf } from '../network/index.ts';
import {
  renderReport,
  triptychPng,
  type Fact,
  type Planes,
  type PreviewPicture,
  type ReportData,
  type ReportExample,
  type ReportStructure,
} from '../figures/index.ts';
import { previewPath, RUN_FILES, type RunStore } from '../run/index.ts';
import { channelOf, cropVolume, wholeRegion, type Region, type Volume } from '../volume/index.ts';
import type { StudiedField } from './field-study.ts';
import type { RunStudy } from './run-study.ts';
import type { Trained, TrainingRun } from './training-run.ts';
import { COLORS } from './validation.ts';
import type { World } from './world.ts';

/** A run with its study, and what a reader should know of its images. */
export interface StudiedRun {
  readonly run: TrainingRun;
  readonly trained: Trained;
  readonly study: RunStudy;
  readonly title: string;
  readonly about: string;
  readonly credit: string | null;
}

/** The run's own report and picture, in its folder. Returns the page's path. */
export async function writeRunReport(
  world: World,
  studied: Omit<StudiedRun, 'title' | 'about' | 'credit'>,
): Promise<string> {
  const { store, data } = studied.run;
  const structures = data.targets.join(', ');
  const { fields } = data.set;
  const about =
    fields.length === 1
      ? `${structures}, predicted from ${nameOf(fields[0].sample.signal)}.`
      : `${structures}, predicted from transmitted light; ${fields.length} images.`;
  const examples = studied.study.fields.map((field) =>
    exampleOf(
      { ...studied, title: fields.length === 1 ? structures : `${structures}: ${field.id}`, about, credit: null },
      field,
    ),
  );
  await writePicture(store, examples[0]);
  const previews = await readPreviews(store, studied.trained);
  return writePage(world, store, RUN_FILES.report, { title: store.name, examples, previews }, studied.trained.seconds);
}

/** The pictures of all validations, with the mean of r over the targets. */
async function readPreviews(store: RunStore, { losses }: Trained): Promise<PreviewPicture[]> {
  const previews: PreviewPicture[] = [];
  for (const { step, measures } of losses) {
    if (!measures) continue;
    const png = await store.read(previewPath(step)).catch(() => null); // somebody may have tidied up
    const r = measures.reduce((sum, measure) => sum + measure.r, 0) / measures.length;
    if (png) previews.push({ step, png, r: Number.isNaN(r) ? null : r });
  }
  return previews;
}

export function writePicture(store: RunStore, example: ReportExample): Promise<void> {
  return store.writeWhole(RUN_FILES.picture, triptychPng(example));
}

/** Writes a page of examples into a folder. Returns its path. */
export async function writePage(
  { machine, date }: World,
  store: RunStore,
  name: string,
  shown: Omit<ReportData, 'facts'>,
  seconds: number,
): Promise<string> {
  const facts: Fact[] = [
    { name: 'program', value: `unstained ${machine.version}, ONNX Runtime ${machine.onnxruntime}, ${machine.host}` },
    {
      name: 'machine',
      value: `${machine.processor}, ${machine.processors} processors, ${(machine.memoryBytes / 1e9).toFixed(0)} GB, ${machine.platform}`,
    },
    { name: 'time', value: duration(seconds) },
    { name: 'made', value: date() },
  ];
  const page = await renderReport({ ...shown, facts });
  await store.writeWhole(name, new TextEncoder().encode(page));
  return `${store.name}/${name}`;
}

/** A plane of a tall part is cut to this many times its width, or to this many rows: a page is wider than high. */
const TALLEST = 1.15;
const ROWS = 128;
const MOST_PLANES = 9;

/** One field of a run, as a page shows it. */
export function exampleOf(
  { run, trained, study, title, about, credit }: StudiedRun,
  field: StudiedField = study.fields[0],
): ReportExample {
  const { config, description, data } = run;
  const { train, heldOut, margin } = field.split;
  const part = heldOut ?? train ?? wholeRegion(field.target.size);
  const region = shownRegion(part, field);
  const planes = shownPlanes(region);
  const signal = channelOf(field.signal, config.network.zAsChannels ? field.signal.channels >> 1 : 0);
  const structures = field.targets.map(
    ({ name, train: onTrain, heldOut: onHeldOut, baselines }, c): ReportStructure => ({
      name,
      color: COLORS[c % COLORS.length],
      target: cut(channelOf(field.target, c), region, planes),
      prediction: cut(channelOf(field.prediction, c), region, planes),
      weight: field.weight && cut(field.weight, region, planes),
      train: onTrain,
      heldOut: onHeldOut,
      baselines,
    }),
  );
  const { patch, batch } = config;
  const { set } = data;
  const file = set.fields.find(({ sample }) => sample.id === field.id)?.sample.signal ?? field.id;
  return {
    title,
    about,
    credit,
    signal: cut(signal, region, planes),
    planeNames: planes.map((z) => `z ${z}`),
    isHeldOut: heldOut !== null,
    pixelSize: field.voxelSize?.x ?? null,
    structures,
    losses: trained.losses,
    split: {
      width: field.target.size.x,
      train: train?.size.x ?? 0,
      margin: heldOut ? margin : 0,
      heldOut: heldOut?.size.x ?? 0,
    },
    facts: [
      {
        name: 'network',
        value: `${description.dims}D U-Net, depth ${description.depth}, ${description.channels} channels, ${parameterCount(description).toLocaleString('en')} parameters`,
      },
      {
        name: 'input',
        value: config.network.zAsChannels ? `${description.inputChannels} planes of ${nameOf(file)}` : nameOf(file),
      },
      { name: 'patches', value: `${batch} a step of z ${patch.z}, y ${patch.y}, x ${patch.x} voxels` },
      {
        name: 'steps',
        value:
          `${trained.state.step} in ${duration(trained.seconds)}` +
          (study.step < trained.state.step ? `; the best network is that of step ${study.step}` : ''),
      },
      { name: 'shown', value: shownText(region, part, planes) },
      {
        name: 'margin',
        value: !heldOut
          ? 'none'
          : train
            ? `${margin} columns, as far as the network looks (${reachOf(description)} voxels): no prediction shown depends on a voxel that was trained on`
            : 'the whole image was kept aside: no voxel of it was trained on',
      },
    ],
  };
}

/** Which piece of the part the pictures show. */
function shownText(shown: Region, part: Region, planes: readonly number[]): string {
  const { y } = shown.start;
  const rows = shown.size.y === part.size.y ? 'all rows' : `rows ${y} to ${y + shown.size.y - 1} of ${part.size.y}`;
  return part.size.z > 1 ? `${rows}; ${planes.length} of ${part.size.z} planes` : rows;
}

/** The rows that are shown: those with the most weight, or without a map those with the most fluorescence. */
function shownRegion({ start, size }: Region, { weight, target }: StudiedField): Region {
  const y = Math.min(size.y, Math.max(ROWS, Math.round(TALLEST * size.x)));
  const rows = (first: number): Region => ({ start: { ...start, y: start.y + first }, size: { ...size, y } });
  const weightOf = (region: Region) => cropVolume(weight ?? target, region).data.reduce((sum, w) => sum + w, 0);
  let best = { first: 0, weight: -Infinity };
  for (let first = 0; first <= size.y - y; first += 8) {
    const found = weightOf(rows(first));
    if (found > best.weight) best = { first, weight: found };
  }
  return rows(best.first);
}

/** Planes spread evenly over the stack, the middle one among them. */
function shownPlanes({ start, size }: Region): number[] {
  if (size.z <= MOST_PLANES) return Array.from({ length: size.z }, (_, i) => start.z + i);
  return Array.from(
    { length: MOST_PLANES },
    (_, i) => start.z + Math.round(((i + 1) * (size.z - 1)) / (MOST_PLANES + 1)),
  );
}

function cut(volume: Volume, region: Region, planes: readonly number[]): Planes {
  const { y, x } = region.size;
  return {
    width: x,
    height: y,
    planes: planes.map((z) => cropVolume(volume, { start: { ...region.start, z }, size: { z: 1, y, x } }).data),
  };
}

/** A page that is sent to others does not tell the sender's folders. */
function nameOf(path: string): string {
  return path.replace(/^.*[/\\]/, '');
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

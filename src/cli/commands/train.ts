/** `unstained train` */
import { readFile } from 'node:fs/promises';
import {
  describeKeys,
  PRESETS,
  resolveConfig,
  type KeyDescription,
  type Setting,
  type YamlText,
} from '../../config/index.ts';
import { UsageError } from '../../core/index.ts';
import type { FinishedTraining, TrainingPlan } from '../../api/index.ts';
import { STOPS_AND_SAVES, type Command, type Given, type Option } from '../command.ts';
import { formatBytes, formatNumber, formatSeconds, formatTable } from '../format.ts';
import {
  ALLOW_CHANGE,
  allowedChangesOf,
  AXES,
  axesOf,
  DATA,
  DEVICE,
  MEMORY,
  memoryBytesOf,
  namedFile,
  OVERWRITE,
  SIGNAL,
  TARGET,
  THREADS,
  VOXEL_SIZE,
  voxelSizeOf,
  WEIGHT,
} from '../options.ts';

const keys = describeKeys();
const ownOptions = keys.flatMap((key) => (key.option === null ? [] : [{ ...key, option: key.option }]));

export const train: Command = {
  usage: '--data MANIFEST --out FOLDER, or --signal FILE --target [NAME=]FILE --out FOLDER',
  about: [
    'Learns from fields of view that were imaged twice: in transmitted light (the signal) and in fluorescence (the target). ' +
      'Both images must show the same voxels. The run that it writes, a folder, is what predict takes as its model.',
    'What it is going to do is told first. Some images, or a part of a single one, are kept aside; how well the fluorescence there is predicted is ' +
      'measured now and then, and the best network is kept. Ctrl-C stops after the present step and saves the state; --resume ' +
      'goes on from there, to the same result as without a stop.',
  ],
  operands: null,
  options: [
    {
      title: 'Images',
      options: [
        DATA,
        SIGNAL,
        TARGET,
        WEIGHT,
        { name: 'out', value: 'FOLDER', help: "the run's folder, which is made" },
        { name: 'resume', value: 'RUN', help: 'goes on with the run in this folder, from its last saved state' },
        {
          name: 'init',
          value: 'MODEL',
          help: 'begins with what this model (a model.zip or a run) has learned, for a training with fewer images or steps',
        },
        ALLOW_CHANGE,
        {
          name: 'dry-run',
          help: 'tells what would be trained, how long it would take and what memory it needs, and stops',
        },
        VOXEL_SIZE,
        AXES,
        OVERWRITE,
      ],
    },
    {
      title: 'Settings',
      options: [
        {
          name: 'preset',
          value: PRESETS.join('|'),
          help: 'default: sized for a processor; laptop: less work a step; paper: as published (Ounkomol et al. 2018), for a workstation',
        },
        {
          name: 'config',
          value: 'FILE',
          help: "settings from a YAML file, such as a run's config.yaml; options win over it",
        },
        {
          name: 'set',
          value: 'KEY=VALUE',
          many: true,
          help: 'any setting, also those below: --set optimizer.weightDecay=1e-4',
        },
        ...ownOptions.map(settingOption),
      ],
    },
    { title: 'Computer', options: [DEVICE, THREADS, MEMORY] },
  ],
  more: {
    title: 'More settings, for --set and --config',
    rows: keys.filter((key) => key.option === null).map((key) => [key.path, helpOf(key)]),
  },
  examples: [
    {
      say: 'Learn where DNA is',
      type: 'unstained train --signal brightfield.ome.tif --target dna=nuclei.ome.tif --out runs/dna',
    },
    { say: 'Many images', type: 'unstained train --data cells.csv --out runs/dna' },
    {
      say: 'Learn another structure from a few images',
      type: 'unstained train --data er.csv --init runs/dna/model.zip --out runs/er',
    },
    { say: 'Go on after a stop', type: 'unstained train --resume runs/dna' },
    {
      say: 'A single plane instead of a stack, and longer',
      type: 'unstained train --signal bf.png --target dapi.png --dims 2 --steps 5000 --out runs/dapi',
    },
  ],
  atInterrupt: STOPS_AND_SAVES,
  async prepare(given) {
    const resume = given.one('resume');
    if (resume === null) given.need(...(given.has('data') ? ['data', 'out'] : ['signal', 'target', 'out']));
    const { config, explicit } = resolveConfig({
      preset: given.one('preset') ?? undefined,
      yaml: await yamlOf(given),
      set: settingsOf(given),
    });
    const request = {
      signal: given.one('signal'),
      targets: given.many('target').map(namedFile),
      weight: given.one('weight'),
      data: given.many('data'),
      out: given.one('out'),
      config,
      explicit,
      voxelSize: voxelSizeOf(given),
      axes: axesOf(given),
      memoryBytes: memoryBytesOf(given),
      overwrite: given.has('overwrite'),
      resume,
      init: given.one('init'),
      allowChange: allowedChangesOf(given),
      dryRun: given.has('dry-run'),
    };
    return async (verbs, world, call) => {
      const onPlan = (plan: TrainingPlan) => call.onNote?.(planText(plan));
      const result = await verbs.train(world, request.dryRun ? request : { ...request, onPlan }, call);
      return { json: result, text: result.state === 'planned' ? planText(result.plan) : trainText(result) };
    };
  },
};

function settingOption({ option, ...key }: KeyDescription & { option: string }): Option {
  return { name: option, value: key.placeholder, help: helpOf({ option, ...key }) };
}

function helpOf({ help, presets }: KeyDescription): string {
  const paper = presets.paper === presets.default ? '' : `; paper: ${presets.paper}`;
  return `${help} [${presets.default}${paper}]`;
}

function settingsOf(given: Given): Setting[] {
  const own = ownOptions.flatMap(({ option, path }) => {
    const value = given.one(option);
    return value === null ? [] : [{ key: path, value, origin: `--${option}` }];
  });
  const set = given.many('set').map((text) => {
    const at = text.indexOf('=');
    if (at > 0) return { key: text.slice(0, at), value: text.slice(at + 1) };
    throw new UsageError('usage/value', {
      what: `--set is "${text}".`,
      remedy: 'It must be KEY=VALUE: --set loss=mse.',
    });
  });
  return [...own, ...set];
}

async function yamlOf(given: Given): Promise<YamlText | undefined> {
  const file = given.one('config');
  if (file === null) return undefined;
  try {
    return { text: await readFile(file, 'utf8'), file };
  } catch (cause) {
    const reason =
      cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? 'there is no such file' : String(cause);
    throw new UsageError('usage/config-file', {
      what: `--config ${file}: ${reason}.`,
      remedy: "Give the path of a YAML file, such as a run's config.yaml.",
      file,
      cause,
    });
  }
}

/** What is going to be done, before it is. */
function planText({
  images,
  voxels,
  where,
  patches,
  timesSeen,
  parameters,
  memoryBytes,
  ...time
}: TrainingPlan): string {
  const some = (count: number, what: string) => (count === 0 ? [] : [`${formatNumber(count)} ${what}`]);
  const rows = [
    [
      'images',
      [
        `${formatNumber(images.train)} to train (${images.size})`,
        ...(images.byParts
          ? [`of ${images.train === 1 ? 'it' : 'each'} a part is kept aside, at the right edge`]
          : some(images.validation, 'kept aside to choose the best network')),
        ...some(images.test, 'kept for the end'),
      ].join(', '),
    ],
    ['voxels', `${formatNumber(voxels)}, kept ${where === 'memory' ? 'in memory' : "on disk, in the user's cache"}`],
    ['patches', `${formatNumber(patches)}: each voxel is seen about ${formatNumber(timesSeen)} times`],
    ['network', `${formatNumber(parameters)} parameters`],
    ['memory', `about ${formatBytes(memoryBytes)}`],
    [
      'time',
      `about ${formatSeconds(time.seconds)}: ${formatNumber(time.steps)} steps of ${formatNumber(time.secondsPerStep)} s, as measured now`,
    ],
  ];
  return formatTable(rows);
}

function trainText(result: FinishedTraining): string {
  const { run, steps, bestStep, loss, seconds, stepsPerSecond, heldOut, test, report } = result;
  const pace =
    stepsPerSecond > 0
      ? `${formatNumber(steps)} steps, ${formatSeconds(seconds)} of training (${formatNumber(stepsPerSecond)} steps/s)`
      : `${formatNumber(steps)} steps`;
  const table = (title: string, measured: FinishedTraining['heldOut']) =>
    measured.length === 0
      ? []
      : [
          '',
          formatTable([
            [title, 'r', 'normalized L2'],
            ...measured.map(({ name, r, normalizedL2 }) => [name, formatNumber(r), formatNumber(normalizedL2)]),
          ]),
        ];
  return [
    `${run}: ${pace}, loss ${formatNumber(loss)}.` +
      (bestStep < steps ? ` The best network is that of step ${formatNumber(bestStep)}.` : ''),
    ...table('on what was kept aside', heldOut),
    ...(bestStep < steps
      ? ['(It also chose the network, so this is a little too good; a split `test` in a manifest is not.)']
      : []),
    ...table('on the images for the end', test),
    '',
    `Look at it: ${report}`,
    `Predict:    unstained predict IMAGE --model ${run} --out predicted/`,
  ].join('\n');
}

/** The names in a run's folder: who writes and who reads meet here. Paths are relative to it. */

export const RUN_FILES = {
  /** Resolved settings: every value, also the defaults. */
  config: 'config.yaml',
  /** Files, hashes, sizes, voxel sizes, statistics, split. */
  data: 'data.json',
  /** Versions, device, threads. */
  environment: 'environment.json',
  /** What trains and how far it is. */
  run: 'run.json',
  losses: 'losses.csv',
  log: 'log.jsonl',
  /** The patches of the step whose loss was no number. */
  notFinite: 'not-finite.json',
  lock: 'lock',
  /** The best validated model, a BioImage.IO package. */
  model: 'model.zip',
  report: 'report/index.html',
  /** Input, prediction and truth side by side: for a slide. */
  picture: 'report/picture.png',
} as const;

export const RUN_FOLDERS = { checkpoints: 'checkpoints', previews: 'previews', tensorboard: 'tensorboard' } as const;

/** `checkpoints/step-000012000.safetensors`. */
export function checkpointPath(step: number): string {
  return `${RUN_FOLDERS.checkpoints}/step-${String(step).padStart(9, '0')}.safetensors`;
}

/** `previews/step-000012000.png`. */
export function previewPath(step: number): string {
  return `${RUN_FOLDERS.previews}/step-${String(step).padStart(9, '0')}.png`;
}

/** The step in the name of a checkpoint's file, or null for any other file. */
export function stepOfCheckpoint(name: string): number | null {
  const digits = /^step-(\d{9,})\.safetensors$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

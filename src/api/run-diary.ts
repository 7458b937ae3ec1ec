/** What a run tells of itself while it goes on: its log, and event files for TensorBoard. */
import { joinBytes } from '../codec/index.ts';
import { configToYaml, type Config } from '../config/index.ts';
import {
  eventFileName,
  eventFileStart,
  eventsOf,
  openLog,
  RUN_FOLDERS,
  type RunLog,
  type RunStore,
  type StepEvents,
} from '../run/index.ts';
import type { StepRecord } from '../training/index.ts';
import type { Measured } from './requests.ts';
import type { World } from './world.ts';

export interface RunDiary {
  readonly log: RunLog;
  /** Kept until the next `flush`: a file is not written at every step. */
  step(record: StepRecord): void;
  validated(step: number, measured: readonly Measured[], score: number, preview: Uint8Array | null): void;
  flush(): Promise<void>;
}

/** Begins a new stretch of a run after step `startStep`: a log goes on, an event file is new. */
export async function openDiary(
  { date }: Pick<World, 'date'>,
  store: RunStore,
  config: Config,
  startStep: number,
): Promise<RunDiary> {
  const log = await openLog(store, date);
  const seconds = () => Date.parse(date()) / 1000;
  const began = seconds();
  const path = `${RUN_FOLDERS.tensorboard}/${eventFileName(began, startStep)}`;
  await store.append(path, eventFileStart(began, startStep));
  let kept: Uint8Array[] = [];
  const add = (events: StepEvents) => kept.push(eventsOf(events, seconds()));
  if (startStep === 0) add({ step: 0, texts: { settings: `    ${configToYaml(config).replaceAll('\n', '\n    ')}` } });
  return {
    log,
    step({ step, loss, lr }) {
      add({ step, scalars: { loss, lr } });
    },
    validated(step, measured, score, preview) {
      const scalars = measured.flatMap(({ name, r, normalizedL2 }) => [
        ...(r === null ? [] : [[`validation/r ${name}`, r] as const]),
        [`validation/normalized L2 ${name}`, normalizedL2] as const,
      ]);
      add({
        step,
        scalars: { ...Object.fromEntries(scalars), 'validation/mean r': score },
        ...(preview ? { images: { preview } } : {}),
      });
    },
    async flush() {
      const events = kept;
      kept = [];
      if (events.length > 0) await store.append(path, joinBytes(events));
    },
  };
}

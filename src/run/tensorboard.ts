/**
 * TensorBoard's event files (`tensorboard --logdir RUN`): numbers, pictures and text of a step, as bytes to append.
 *
 * The messages and the numbers of their fields: event.proto, summary.proto, tensor.proto and types.proto in
 * https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto. Times are seconds since 1970.
 */
import {
  bytesField,
  decodePngHeader,
  doubleField,
  encodeTfRecord,
  floatField,
  integerField,
  joinBytes,
} from '../codec/index.ts';

/** What is shown of one step, by tag: `loss`, `dna/r`. Tags with the same beginning up to a `/` stand together. */
export interface StepEvents {
  readonly step: number;
  readonly scalars?: Readonly<Record<string, number>>;
  /** PNG files of 8 or 16 bits. */
  readonly images?: Readonly<Record<string, Uint8Array>>;
  /** Markdown. */
  readonly texts?: Readonly<Record<string, string>>;
}

const FILE_VERSION = 'brain.Event:2';
const SESSION_START = 1;
const STRING_TYPE = 7;
const DATA_CLASS_TENSOR = 2;

/**
 * The name of the file of one stretch of a run, which begins after step `startStep` (0: at the beginning). TensorBoard knows
 * its files by `tfevents`, and reads those of a folder in the order of their names: by the time.
 */
export function eventFileName(wallTime: number, startStep: number): string {
  const digits = (value: number, count: number) => String(Math.floor(value)).padStart(count, '0');
  return `events.out.tfevents.${digits(wallTime, 10)}.step-${digits(startStep, 9)}`;
}

/**
 * What an event file begins with: its version, and that a session starts. A run that goes on after step `startStep` may have
 * shown later steps before it was stopped; at every session start but the first, TensorBoard drops these.
 */
export function eventFileStart(wallTime: number, startStep: number): Uint8Array<ArrayBuffer> {
  const firstStep = startStep === 0 ? 0 : startStep + 1;
  return joinBytes([
    eventRecord(wallTime, 0, bytesField(3, FILE_VERSION)),
    eventRecord(wallTime, firstStep, bytesField(7, [integerField(1, SESSION_START)])),
  ]);
}

/** All that is shown of a step, one record. Throws ImageError where an image is no PNG. */
export function eventsOf({ step, scalars = {}, images = {}, texts = {} }: StepEvents, wallTime: number): Uint8Array {
  const values = [
    ...Object.entries(scalars).map(([tag, value]) => [bytesField(1, tag), floatField(2, value)]),
    ...Object.entries(images).map(([tag, png]) => [bytesField(1, tag), bytesField(4, imageFields(tag, png))]),
    ...Object.entries(texts).map(([tag, markdown]) => [
      bytesField(1, tag),
      bytesField(8, [integerField(1, STRING_TYPE), bytesField(8, markdown)]),
      bytesField(9, [bytesField(1, [bytesField(1, 'text')]), integerField(4, DATA_CLASS_TENSOR)]),
    ]),
  ];
  return eventRecord(
    wallTime,
    step,
    bytesField(
      5,
      values.map((fields) => bytesField(1, fields)),
    ),
  );
}

function imageFields(tag: string, png: Uint8Array): Uint8Array[] {
  const { width, height, channels } = decodePngHeader(png, tag);
  // TensorBoard numbers its color spaces by their channels.
  return [integerField(1, height), integerField(2, width), integerField(3, channels), bytesField(4, png)];
}

function eventRecord(wallTime: number, step: number, what: Uint8Array): Uint8Array<ArrayBuffer> {
  const when = [doubleField(1, wallTime), ...(step > 0 ? [integerField(2, step)] : [])]; // 0 is what no field means
  return encodeTfRecord(joinBytes([...when, what]));
}

/**
 * All that going on needs, as one safetensors file: equal states make equal bytes, and any changed byte is noticed.
 *
 * `__metadata__`: `schema`; `state`, JSON of what is no tensor; `sha256` of the tensors' bytes; `stateSha256` of the state
 * and of the tensors' names and shapes. No time, no path, no version: two runs that compute the same write the same.
 */
import { z } from 'zod';
import {
  decodeSafetensors,
  encodeSafetensors,
  encodeSafetensorsHeader,
  safetensorsBody,
  sha256,
  type Float32Tensor,
} from '../codec/index.ts';
import { ModelError } from '../core/index.ts';

const SCHEMA = 'unstained.checkpoint/1';

export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** Parameters, running statistics and Adam's moments by the names that the training program gives them. */
  readonly tensors: Record<string, Float32Tensor>;
  /** State of the generator that draws the patches. */
  readonly random: readonly number[];
  /** Of the image buffer, plain JSON; null where there is none. */
  readonly buffer: unknown;
  /** Which state is the best so far. */
  readonly selection: {
    readonly best: { readonly step: number; readonly score: number } | null;
    readonly since: number;
    readonly measuredAt: number;
  };
  /** SHA-256 of the resolved settings. */
  readonly configSha256: string;
  /** SHA-256 of the losses so far: see `lossesDigest`. */
  readonly lossesSha256: string;
}

/** The bytes of a checkpoint's file. */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<Uint8Array<ArrayBuffer>> {
  const { tensors, ...rest } = checkpoint;
  const state = JSON.stringify(stateSchema.parse(rest)); // parsed for the schema's order of keys
  const metadata = { schema: SCHEMA, state, stateSha256: await stateDigest(state, tensors) };
  // A digest is as long as any other, so the header that holds the real one takes the room of the first.
  const bytes = encodeSafetensors(tensors, { ...metadata, sha256: '0'.repeat(64) });
  const body = safetensorsBody(bytes);
  bytes.set(encodeSafetensorsHeader(tensors, { ...metadata, sha256: await sha256(body) }));
  return bytes;
}

/** Reads and verifies a checkpoint. Throws ModelError: model/damaged, or model/unsupported for another version's. */
export async function decodeCheckpoint(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<Checkpoint> {
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  if (metadata.schema !== SCHEMA)
    throw new ModelError('model/unsupported', {
      file,
      what: `${file}: its schema is ${JSON.stringify(metadata.schema)?.slice(0, 60) ?? 'missing'}; ${SCHEMA} can be read.`,
      why: 'What its numbers mean is not known.',
      remedy: 'Go on with the version of unstained that wrote it.',
    });
  if ((await sha256(safetensorsBody(bytes, file))) !== metadata.sha256)
    throw damaged(file, 'its tensors are not those that its digest is of');
  if ((await stateDigest(metadata.state, tensors)) !== metadata.stateSha256)
    throw damaged(file, 'its state is not the one that its digest is of');
  return { ...parseState(metadata.state, file), tensors };
}

const stateSchema = z.object({
  step: z.int().nonnegative(),
  random: z.array(z.int()),
  buffer: z.json(),
  selection: z.object({
    best: z.object({ step: z.int().positive(), score: z.number() }).nullable(),
    since: z.int().nonnegative(),
    measuredAt: z.int().nonnegative(),
  }),
  configSha256: z.string(),
  lossesSha256: z.string(),
});

function parseState(text: string, file: string): z.infer<typeof stateSchema> {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    throw damaged(file, 'its state is not what one looks like');
  }
}

function stateDigest(state: string, tensors: Record<string, Float32Tensor>): Promise<string> {
  const shapes = Object.keys(tensors)
    .sort()
    .map((name) => [name, tensors[name].shape]);
  return sha256(new TextEncoder().encode(JSON.stringify([state, shapes])));
}

function damaged(file: string, how: string): ModelError {
  return new ModelError('model/damaged', {
    file,
    what: `${file}: this checkpoint is damaged: ${how}.`,
    why: 'Training from changed numbers would go wrong without a sign.',
    remedy: 'Use an earlier checkpoint, and check the disk.',
  });
}

/**
 * Reading a model package: what it says is checked before it is believed. Hashes are compared, the network's graph must be the one
 * that its description makes, and sizes are bounded by that description. Nothing in a package is ever run but that network.
 */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { decodeNpy, openZip, sha256, type Float32Tensor, type Zip } from '../codec/index.ts';
import { ModelError } from '../core/index.ts';
import { MODEL_FILES, MOST_DATA_BYTES } from './bioimage-io.ts';
import { modelDescription, type ModelDescription } from './description.ts';
import { decodeNetwork, networkBytes } from './network-graph.ts';

export interface StoredModel {
  /** As its package calls it. */
  readonly name: string;
  readonly description: ModelDescription;
  /** Parameters and running statistics by pytorch_fnet's names. */
  readonly tensors: Readonly<Record<string, Float32Array>>;
  /** What another program must get; `output` in the targets' units. */
  readonly test: { readonly input: Float32Tensor; readonly output: Float32Tensor };
  /** ISO 8601. */
  readonly timestamp: string;
}

/** Ten times what is written of a model with many structures: parsing YAML takes long, and must not take longer. */
const MOST_RDF_BYTES = 2 ** 17;
/** Nested thousands deep, brackets end the process in the YAML parser. */
const MOST_BRACKETS = 500;
const MOST_TEST_BYTES = 2 ** 28;
/** Weights hardly become smaller by compression: what a package's bytes could be at most. */
const MOST_RATIO = 100;
// rdf.yaml is written without any; many are how a small file becomes gigabytes.
const MOST_ALIASES = 20;

const hashedFile = z.object({ source: z.string(), sha256: z.string() });
const rdfSchema = z.object({
  format_version: z.string().regex(/^0\.5\./, 'only format 0.5 can be read'),
  type: z.literal('model'),
  name: z.string().max(1000),
  timestamp: z.string().max(100),
  inputs: z.tuple([z.object({ test_tensor: hashedFile })]),
  outputs: z.tuple([z.object({ test_tensor: hashedFile })]),
  attachments: z.array(hashedFile.partial({ sha256: true })),
  weights: z.object({ onnx: hashedFile }),
  config: z.object({ unstained: z.record(z.string(), z.unknown()) }),
});

/**
 * The model in a package's `bytes`; `file` is what messages call it.
 * Throws ModelError: model/damaged, model/missing, model/unsafe, model/unsupported.
 */
export async function readModel(bytes: Uint8Array, file: string): Promise<StoredModel> {
  const zip = await openZip(bytes, file);
  const rdf = await readRdf(zip, file);
  const { weights, inputs, outputs, attachments, config, name, timestamp } = rdf;
  const said = { ...config.unstained, data: await readData(zip, attachments, file) };
  const description = checked(modelDescription, said, `${file}: ${MODEL_FILES.rdf}, config.unstained`, file);
  const most = MOST_RATIO * bytes.length;
  const mostWeights = Math.min(most, networkBytes(description.network));
  const content = await readHashed(zip, weights.onnx, mostWeights, file);
  const tensors = decodeNetwork(content, description.network, `${file}: ${weights.onnx.source}`);
  const test = {
    input: await readTest(zip, inputs[0].test_tensor, most, file),
    output: await readTest(zip, outputs[0].test_tensor, most, file),
  };
  requireTestShapes(description, test, file);
  return { name, description, tensors, test, timestamp };
}

async function readRdf(zip: Zip, file: string): Promise<z.infer<typeof rdfSchema>> {
  if (!zip.names.includes(MODEL_FILES.rdf))
    throw new ModelError('model/unsupported', {
      file,
      what: `${file} holds no ${MODEL_FILES.rdf}, so it is no model package; it holds ${zip.names.slice(0, 20).join(', ') || 'nothing'}.`,
      why: 'That file says what the model is.',
      remedy: 'Give the model.zip that unstained train wrote.',
    });
  const text = new TextDecoder().decode(await zip.read(MODEL_FILES.rdf, MOST_RDF_BYTES));
  const value = parseYaml(text, file);
  if (isRecord(value) && value.type === 'model' && !(isRecord(value.config) && 'unstained' in value.config))
    throw new ModelError('model/unsupported', {
      file,
      what: `${file} is a model of another program (${String(value.name).slice(0, 100)}): it has no config.unstained.`,
      why: 'What its network is made of is not said there.',
      remedy: 'Give a model.zip that unstained train wrote.',
    });
  return checked(rdfSchema, value, `${file}: ${MODEL_FILES.rdf}`, file);
}

function parseYaml(text: string, file: string): unknown {
  if ((text.match(/[[{]/g)?.length ?? 0) > MOST_BRACKETS) throw damaged(file, `${MODEL_FILES.rdf} nests too deeply`);
  try {
    const document = parseDocument(text, { prettyErrors: false });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) throw new Error(problem.message);
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw damaged(file, `${MODEL_FILES.rdf} is not YAML: ${message.slice(0, 200)}`, cause);
  }
}

/** Images that were learned from, still to be checked. */
async function readData(
  zip: Zip,
  attachments: z.infer<typeof rdfSchema>['attachments'],
  file: string,
): Promise<unknown> {
  const { source, sha256: hash } = attachments.find((attached) => attached.source === MODEL_FILES.data) ?? {};
  if (source === undefined || hash === undefined)
    throw damaged(file, `${MODEL_FILES.rdf} has no hash of ${MODEL_FILES.data}`);
  const text = new TextDecoder().decode(await readHashed(zip, { source, sha256: hash }, MOST_DATA_BYTES, file));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(file, `${MODEL_FILES.data} is not JSON`, cause);
  }
}

/** An entry whose bytes are those that rdf.yaml has the hash of. */
async function readHashed(
  zip: Zip,
  { source, sha256: expected }: z.infer<typeof hashedFile>,
  mostBytes: number,
  file: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await zip.read(source, mostBytes);
  if ((await sha256(bytes)) !== expected)
    throw damaged(file, `${source} is not the file that ${MODEL_FILES.rdf} has the hash of`);
  return bytes;
}

async function readTest(
  zip: Zip,
  entry: z.infer<typeof hashedFile>,
  most: number,
  file: string,
): Promise<Float32Tensor> {
  const bytes = await readHashed(zip, entry, Math.min(most, MOST_TEST_BYTES), file);
  return decodeNpy(bytes, `${file}: ${entry.source}`);
}

function requireTestShapes({ network }: ModelDescription, { input, output }: StoredModel['test'], file: string): void {
  const fits = (shape: readonly number[], channels: number) =>
    shape.length === network.dims + 2 && shape[0] === 1 && shape[1] === channels;
  const extents = input.shape.slice(2);
  if (
    !fits(input.shape, network.inputChannels) ||
    !fits(output.shape, network.outputChannels) ||
    extents.join() !== output.shape.slice(2).join() ||
    !extents.every((extent) => extent > 0 && extent % 2 ** network.depth === 0)
  )
    throw damaged(
      file,
      `its test tensors (${input.shape.join(', ')}) and (${output.shape.join(', ')}) do not fit its network`,
    );
}

function checked<T>(schema: z.ZodType<T>, value: unknown, place: string, file: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const findings = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
  throw new ModelError('model/damaged', {
    file,
    what: `${place} cannot be used: ${findings.slice(0, 10).join('; ')}.`,
    why: 'What the model is cannot be told without it.',
    remedy: 'Copy the package again from where it was made.',
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damaged(file: string, how: string, cause?: unknown): ModelError {
  return new ModelError('model/damaged', {
    file,
    cause,
    what: `${file}: this model package is damaged: ${how}.`,
    why: 'What it would predict cannot be trusted.',
    remedy: 'Copy it again from where it was made.',
  });
}

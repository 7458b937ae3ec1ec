/** An ONNX graph while it is being written: nodes and constants get names; equal constants are kept once. */
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../codec/index.ts';

export class OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly #wholeNumbers = new Map<string, string>();
  readonly #floats = new Map<Float32Array, string>();
  readonly #singles = new Map<number, string>();
  /** Values of nodes that are outputs, and the names that they have as such. */
  readonly #outputs = new Map<string, string>();

  /** Adds a node of ONNX's own operator set; returns its result's name. */
  node(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    const name = `${operator}_${this.nodes.length}`;
    this.nodes.push({ operator, domain: '', name, inputs, outputs: [name], attributes });
    return name;
  }

  /** A list of whole numbers (shapes, axes, starts) as a constant. */
  integers(...values: readonly number[]): string {
    const key = values.join(',');
    const known = this.#wholeNumbers.get(key);
    if (known !== undefined) return known;
    const name = `integers_${this.constants.length}`;
    this.constants.push({ name, shape: [values.length], data: BigInt64Array.from(values, BigInt) });
    this.#wholeNumbers.set(key, name);
    return name;
  }

  /** Float32 numbers of a shape as a constant. */
  floats(data: Float32Array, shape: readonly number[]): string {
    const single = shape.length === 0 ? this.#singles.get(data[0]) : undefined;
    const known = single ?? this.#floats.get(data);
    if (known !== undefined) return known;
    const name = `floats_${this.constants.length}`;
    this.constants.push({ name, shape, data });
    if (shape.length === 0) this.#singles.set(data[0], name);
    else this.#floats.set(data, name);
    return name;
  }

  reshape(x: string, ...shape: readonly number[]): string {
    return this.node('Reshape', [x, this.integers(...shape)]);
  }

  transpose(x: string, ...perm: readonly number[]): string {
    return this.node('Transpose', [x], { perm });
  }

  /** `x` from `starts` to `ends` (past the last) on `axes`, every `steps`-th entry. */
  slice(
    x: string,
    axes: readonly number[],
    starts: readonly number[],
    ends: readonly number[],
    steps?: readonly number[],
  ): string {
    const bounds = [starts, ends, axes, ...(steps ? [steps] : [])].map((values) => this.integers(...values));
    return this.node('Slice', [x, ...bounds]);
  }

  /** Zeros before and behind each axis of `x`. */
  pad(x: string, before: readonly number[], behind: readonly number[]): string {
    return before.some((n) => n > 0) || behind.some((n) => n > 0)
      ? this.node('Pad', [x, this.integers(...before, ...behind)])
      : x;
  }

  concat(parts: readonly string[], axis: number): string {
    return parts.length === 1 ? parts[0] : this.node('Concat', parts, { axis: { integer: axis } });
  }

  /** The sum over `axes`, which vanish. */
  sum(x: string, ...axes: readonly number[]): string {
    return this.node('ReduceSum', [x, this.integers(...axes)], { keepdims: { integer: 0 } });
  }

  /** Makes `value` an output of the graph under `name`. */
  output(name: string, value: string): void {
    const ofNode = this.nodes.some(({ outputs }) => outputs.includes(value));
    if (ofNode && !this.#outputs.has(value)) this.#outputs.set(value, name);
    else this.#outputs.set(this.node('Identity', [value]), name); // an input, a constant, or an output already
  }

  /** The nodes, those that make outputs under their names: no copy for a name's sake. */
  finished(): OnnxNode[] {
    const renamed = (names: readonly string[]) => names.map((name) => this.#outputs.get(name) ?? name);
    return this.nodes.map((node) => ({ ...node, inputs: renamed(node.inputs), outputs: renamed(node.outputs) }));
  }
}

/** An ONNX graph while it is being written: nodes and constants get names; equal constants are kept once. */
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../codec/index.ts';
import { elementCount } from '../graph/index.ts';

export class OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly #wholeNumbers = new Map<string, string>();
  readonly #floats = new Map<Float32Array, string>();
  readonly #singles = new Map<number, string>();
  readonly #tables = new Map<string, string>();
  /** Views by what they view and how, and what each views. */
  readonly #views = new Map<string, string>();
  readonly #viewed = new Map<string, string>();
  /** Results of the first `#counted` nodes. */
  readonly #made = new Set<string>();
  #counted = 0;
  /** Values of nodes that are outputs, and the names that they have as such. */
  readonly #outputs = new Map<string, string>();

  /** Adds a node, of ONNX's own operator set unless another domain is named; returns its result's name. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain = '',
  ): string {
    const name = `${operator}_${this.nodes.length}`;
    this.nodes.push({ operator, domain, name, inputs, outputs: [name], attributes });
    return name;
  }

  /** A node with several results along `axis`, of these extents. */
  split(x: string, axis: number, extents: readonly number[]): string[] {
    if (extents.length === 1) return [x];
    const name = `Split_${this.nodes.length}`;
    const outputs = extents.map((_, i) => `${name}_${i}`);
    const inputs = [x, this.integers(...extents)];
    this.nodes.push({ operator: 'Split', domain: '', name, inputs, outputs, attributes: { axis: { integer: axis } } });
    return outputs;
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

  /** A table of indices, made once for every `key`. */
  indices(key: string, make: () => Int32Array): string {
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const name = `indices_${this.constants.length}`;
    const data = make();
    this.constants.push({ name, shape: [data.length], data });
    this.#tables.set(key, name);
    return name;
  }

  /** The same number at every element of a shape, made once. */
  filled(value: number, ...shape: readonly number[]): string {
    return this.pattern(`${value} at ${shape.join()}`, shape, () => value);
  }

  /** Numbers of a shape by their place in memory, made once for every `key`. */
  pattern(key: string, shape: readonly number[], value: (i: number) => number): string {
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const name = this.floats(
      Float32Array.from({ length: elementCount(shape) }, (_, i) => value(i)),
      shape,
    );
    this.#tables.set(key, name);
    return name;
  }

  /** A single number. */
  number(value: number): string {
    return this.floats(Float32Array.of(value), []);
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

  /** A view of the same numbers in another shape; of a view it is one of what that views, and each is made once. */
  reshape(x: string, ...shape: readonly number[]): string {
    const whole = this.#viewed.get(x) ?? x;
    const key = `${whole} as ${shape.join()}`;
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const view = this.node('Reshape', [whole, this.integers(...shape)]);
    this.#viewed.set(view, whole);
    this.#views.set(key, view);
    return view;
  }

  /** Entries of `axis` at the indices of a table. */
  gather(x: string, table: string, axis = 0): string {
    return this.node('Gather', [x, table], { axis: { integer: axis } });
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
    if (this.#isMade(value) && !this.#outputs.has(value)) this.#outputs.set(value, name);
    else this.#outputs.set(this.node('Identity', [value]), name); // an input, a constant, or an output already
  }

  #isMade(value: string): boolean {
    for (; this.#counted < this.nodes.length; this.#counted++)
      for (const made of this.nodes[this.#counted].outputs) this.#made.add(made);
    return this.#made.has(value);
  }

  /**
   * The nodes that outputs need, those that make outputs under their names: no copy for a name's sake. The others would be run
   * too, and keep in memory what they take.
   */
  finished(): OnnxNode[] {
    const needed = new Set(this.#outputs.keys());
    const nodes = this.nodes.toReversed().filter(({ inputs, outputs }) => {
      if (!outputs.some((made) => needed.has(made))) return false;
      for (const input of inputs) needed.add(input);
      return true;
    });
    const renamed = (names: readonly string[]) => names.map((name) => this.#outputs.get(name) ?? name);
    return nodes
      .toReversed()
      .map((node) => ({ ...node, inputs: renamed(node.inputs), outputs: renamed(node.outputs) }));
  }
}

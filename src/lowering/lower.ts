/**
 * Lowering: a program and a device's traits become one ONNX model. What is computed is the program's; how, the form's.
 *
 * Results keep their names in the model; what is carried comes out as `next NAME`. ONNX Runtime computes a graph depth first
 * from its last output back: carried tensors are written in the program's order, so each weight's gradient is used as soon as
 * it is there, and none pile up.
 */
import { encodeOnnxModel } from '../codec/index.ts';
import { inOrder, rootsOf } from '../graph/index.ts';
import type { OperatorName, Program, Shape, Tensor } from '../graph/index.ts';
import type { Call, Form, FormTable } from './form.ts';
import { genericForms } from './generic/index.ts';
import { OnnxGraph } from './onnx-graph.ts';
import type { DeviceTraits } from './traits.ts';

export interface LoweredProgram {
  /** The ONNX model's bytes. */
  readonly model: Uint8Array;
  readonly fed: readonly NamedShape[];
  readonly results: readonly NamedShape[];
  readonly carried: readonly CarriedShape[];
  /** Which form each operator got, in the program's order. */
  readonly forms: readonly FormChoice[];
}

export interface NamedShape {
  readonly name: string;
  readonly shape: Shape;
}

/** A tensor that a session keeps: after each run, `output` is its value for the next; null where it never changes. */
export interface CarriedShape extends NamedShape {
  readonly output: string | null;
}

export interface FormChoice {
  readonly operator: string;
  readonly form: string;
  /** Of the inputs. */
  readonly shapes: readonly Shape[];
}

const OPSET = 17;

export function lower(program: Program, traits: DeviceTraits): LoweredProgram {
  const table = formsFor(traits);
  const graph = new OnnxGraph();
  const names = new Map<Tensor, string>();
  const forms: FormChoice[] = [];
  for (const tensor of inOrder(rootsOf(program))) {
    if (tensor.kind === 'input') names.set(tensor, tensor.name);
    else if (tensor.kind === 'constant') names.set(tensor, graph.floats(tensor.data, tensor.shape));
    else {
      const call = {
        inputs: tensor.inputs.map((input) => names.get(input) as string),
        shapes: tensor.inputs.map((input) => input.shape),
        attributes: tensor.attributes,
        shape: tensor.shape,
      };
      const form = formOf(table, tensor.operator.name as OperatorName, call, traits);
      names.set(tensor, form.write(graph, call));
      forms.push({ operator: tensor.operator.name, form: form.name, shapes: call.shapes });
    }
  }

  const output = (name: string, tensor: Tensor): NamedShape => {
    graph.output(name, names.get(tensor) as string);
    return { name, shape: tensor.shape };
  };
  const results = Object.entries(program.results).map(([name, tensor]) => output(name, tensor));
  const carried = program.carried.map(({ input: { name, shape }, next }, i): CarriedShape => {
    if (next === program.carried[i].input) return { name, shape, output: null };
    return { name, shape, output: output(`next ${name}`, next).name };
  });

  const fed = program.fed.map(({ name, shape }) => ({ name, shape }));
  const model = encodeOnnxModel({
    opsets: { '': OPSET },
    inputs: [...fed, ...carried],
    outputs: [
      ...results,
      ...carried.flatMap(({ output, shape }) => (output === null ? [] : [{ name: output, shape }])),
    ],
    constants: graph.constants,
    nodes: graph.finished(),
  });
  return { model, fed, results, carried, forms };
}

/** The forms for a kind of device. */
function formsFor(_: DeviceTraits): FormTable {
  return genericForms;
}

function formOf(table: FormTable, name: OperatorName, call: Call<unknown>, traits: DeviceTraits): Form<unknown> {
  const forms = table[name] as readonly Form<unknown>[];
  const form = forms.find(({ applies }) => !applies || applies(call, traits));
  if (!form) throw new Error(`lowering: no form of ${name} applies`);
  return form;
}

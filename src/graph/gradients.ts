/**
 * Reverse-mode differentiation: one walk from the loss back, by one rule an operator; where paths meet, gradients add up.
 * Griewank and Walther, Evaluating Derivatives (2008), chapter 3.
 */
import { affine, affineOperator, channelSpreadOperator } from './operators/channels.ts';
import { add } from './operators/elementwise.ts';
import { inOrder } from './order.ts';
import { constant, ShapeError, type Computed, type Tensor } from './tensor.ts';

/** d loss / d tensor for each of `tensors`; null where the loss does not depend on it. `loss` is a single number. */
export function gradients(loss: Tensor, tensors: readonly Tensor[]): (Tensor | null)[] {
  if (loss.shape.length > 0) throw new ShapeError('gradients', 'the loss must be a single number', [loss.shape]);
  const order = inOrder([loss]);
  const wanted = new Set(tensors);
  const onTheWay = new Set<Tensor>(wanted);
  for (const tensor of order)
    if (tensor.kind === 'computed' && tensor.inputs.some((input) => onTheWay.has(input))) onTheWay.add(tensor);

  const terms = new Map<Tensor, Tensor[]>([[loss, [constant(1)]]]);
  const found = new Map<Tensor, Tensor>();
  for (const tensor of order.reverse()) {
    const parts = terms.get(tensor);
    if (!parts || !onTheWay.has(tensor)) continue;
    const gradient = addUp(parts);
    if (wanted.has(tensor)) found.set(tensor, gradient);
    if (tensor.kind !== 'computed') continue;
    tensor.operator.gradient(tensor, gradient).forEach((part, i) => {
      const input = tensor.inputs[i];
      if (part && onTheWay.has(input)) terms.set(input, [...(terms.get(input) ?? []), part]);
    });
  }
  return tensors.map((tensor) => found.get(tensor) ?? null);
}

/**
 * The sum of gradients that meet. A number a channel (from a mean) is folded into an affine map beside it (from a sum of
 * squares): batch norm's gradient then takes two maps and one sum, and no pass for the mean.
 */
function addUp(terms: readonly Tensor[]): Tensor {
  const map = terms.findLast((term) => made(term, affineOperator) && term.inputs.length === 2) as Computed | undefined;
  const spreads = map ? (terms.filter((term) => made(term, channelSpreadOperator)) as Computed[]) : [];
  if (!map || spreads.length === 0) return terms.reduce(add);
  const [x, scale] = map.inputs;
  const shift = spreads.map((term) => term.inputs[0]).reduce(add);
  const rest = terms.filter((term) => term !== map && !spreads.some((spread) => spread === term));
  return [...rest, affine(x, scale, shift)].reduce(add);
}

function made(tensor: Tensor, operator: { readonly name: string }): tensor is Computed {
  return tensor.kind === 'computed' && tensor.operator === operator;
}

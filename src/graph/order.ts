/** The order in which a program can be computed. */
import type { Tensor } from './tensor.ts';

/** All that `roots` are made of, and they themselves: each tensor once, after those that it is made of. */
export function inOrder(roots: readonly Tensor[]): Tensor[] {
  const ordered: Tensor[] = [];
  const seen = new Set<Tensor>();
  // An own stack: a training program is deeper than the call stack of a browser's worker.
  const stack: { tensor: Tensor; visited: number }[] = [];
  for (const root of roots) {
    stack.push({ tensor: root, visited: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const inputs = top.tensor.kind === 'computed' ? top.tensor.inputs : [];
      if (top.visited === 0 && seen.has(top.tensor)) {
        stack.pop();
      } else if (top.visited < inputs.length) {
        seen.add(top.tensor);
        stack.push({ tensor: inputs[top.visited++], visited: 0 });
      } else {
        seen.add(top.tensor);
        ordered.push(top.tensor);
        stack.pop();
      }
    }
  }
  return ordered;
}

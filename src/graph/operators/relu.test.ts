import { it } from 'vitest';
import { expectGradient } from '../testing/expect-gradient.ts';
import { gate, relu } from './relu.ts';

it('relu: gradient equals the difference', () => expectGradient({ x: [2, 5] }, ({ x }) => relu(x)));
it('gate: gradient equals the difference', () => expectGradient({ x: [9], g: [9] }, ({ x, g }) => gate(x, g)));

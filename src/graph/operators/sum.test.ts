import { it } from 'vitest';
import { expectGradient } from '../testing/expect-gradient.ts';
import { spread, sum } from './sum.ts';

it('sum: gradient equals the difference', () => expectGradient({ x: [2, 3] }, ({ x }) => sum(x)));
it('spread: gradient equals the difference', () => expectGradient({ x: [] }, ({ x }) => spread(x, [2, 3])));

/** How much memory a verb may take. */
import type { World } from './world.ts';

/** What was given, or half of the machine's: other programs run too. Bytes. */
export function memoryBudget({ machine }: Pick<World, 'machine'>, given: number | null): number {
  return given ?? machine.memoryBytes / 2;
}

/** The runtime that a verb computes with. */
import type { LongCall } from '../core/index.ts';
import type { Runtime } from '../engine/index.ts';
import type { World } from './world.ts';

/** Starts it, and says so once where it cannot be as fast as it could. */
export async function startRuntime(world: Pick<World, 'startRuntime'>, { onNote }: LongCall): Promise<Runtime> {
  const runtime = await world.startRuntime();
  if (runtime.traits.convBlock === null)
    onNote?.(
      "ONNX Runtime's fast convolutions are not there on this processor, or were switched off: everything is computed all the same, " +
        'in about twice the time.',
    );
  return runtime;
}

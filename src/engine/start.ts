/** From a program to a session: lowered for the runtime's device, loaded there. */
import type { Program } from '../graph/index.ts';
import {
  FASTEST,
  lower,
  lowerToModel,
  type DeviceTraits,
  type FormChoice,
  type LoweringPlan,
} from '../lowering/index.ts';
import type { Runtime, Session } from './runtime.ts';

export interface StartedProgram extends Session {
  /** How each operator is computed. */
  readonly forms: readonly FormChoice[];
}

/** How each operator of a program is computed on a device: what starting it would choose. */
export function formsOf(program: Program, traits: DeviceTraits, plan: LoweringPlan = FASTEST): readonly FormChoice[] {
  return lowerToModel(program, traits, plan).forms;
}

/** Throws ResourceError when the device cannot hold or run the program. */
export async function startProgram(
  runtime: Runtime,
  program: Program,
  plan: LoweringPlan = FASTEST,
): Promise<StartedProgram> {
  const lowered = lower(program, runtime.traits, plan);
  return { ...(await runtime.load(lowered)), forms: lowered.forms };
}

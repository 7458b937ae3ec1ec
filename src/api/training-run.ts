/** A training that is about to run, how it is computed, and what it came to. */
import type { Config } from '../config/index.ts';
import type { FormChoice, LoweringPlan, Runtime } from '../engine/index.ts';
import type { NetworkDescription } from '../network/index.ts';
import type { LossRow, RunStore } from '../run/index.ts';
import type { TrainingState } from '../training/index.ts';
import type { TrainingData } from './training-data.ts';

export interface TrainingRun {
  readonly store: RunStore;
  readonly config: Config;
  readonly description: NetworkDescription;
  readonly data: TrainingData;
  /** Where it begins, or goes on. */
  readonly start: TrainingState;
  /** Whether it begins with a model's network: then that is saved before the first step, since nothing else tells it. */
  readonly fineTunes: boolean;
  /** Of the steps before `start`. */
  readonly losses: readonly LossRow[];
  /** Of computing before `start`. */
  readonly seconds: number;
  /** ISO 8601. */
  readonly startedAt: string;
}

export interface Trained {
  readonly state: TrainingState;
  readonly losses: readonly LossRow[];
  readonly forms: readonly FormChoice[];
  /** Of computing, pauses left out. */
  readonly seconds: number;
}

/** How a run is computed here and now. */
export interface Computing {
  readonly runtime: Runtime;
  readonly plan: LoweringPlan;
  /** For predictions while training goes on. */
  readonly memoryBytes: number;
  /** Called before the first step; false: nothing is trained, and nothing written. */
  readonly onReady: (secondsPerStep: number) => Promise<boolean>;
}

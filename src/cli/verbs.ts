/**
 * What the command line asks of the library: the verbs and the world that they work in. `main` takes them as an argument,
 * so that parsing, messages and exit codes can be tested without training anything.
 */
import type { Config } from '../config/index.ts';
import type { LongCall } from '../core/index.ts';
import type {
  CheckRequest,
  CheckResult,
  ConvertRequest,
  ConvertResult,
  DemoRequest,
  DemoResult,
  DevicesResult,
  EvaluateRequest,
  EvaluateResult,
  PredictRequest,
  PredictResult,
  TrainRequest,
  TrainResult,
} from '../api/index.ts';

/** W is the world: files, runtime, clock. */
export interface Verbs<W> {
  check(world: W, request: CheckRequest, call: LongCall): Promise<CheckResult>;
  train(world: W, request: TrainRequest, call: LongCall): Promise<TrainResult>;
  predict(world: W, request: PredictRequest, call: LongCall): Promise<PredictResult>;
  evaluate(world: W, request: EvaluateRequest, call: LongCall): Promise<EvaluateResult>;
  convert(world: W, request: ConvertRequest, call: LongCall): Promise<ConvertResult>;
  inspect(world: W, path: string, request: { readonly pixels: boolean }, call: LongCall): Promise<object>;
  devices(world: W, request?: { readonly explain?: Config | null }): Promise<DevicesResult>;
  demo(world: W, request: DemoRequest, call: LongCall): Promise<DemoResult>;
}

export interface WorldSettings {
  /** Null: as many as the machine has. */
  readonly threads: number | null;
  readonly device: 'cpu';
}

/** The computer that a program runs on. */

/** What computes here, for `environment.json` and reports. */
export interface Machine {
  /** `AMD EPYC 9354`. */
  readonly processor: string;
  readonly processors: number;
  readonly memoryBytes: number;
  /** `linux x64`. */
  readonly platform: string;
  /** `node 20.20.2`. */
  readonly host: string;
  /** Versions of unstained and of ONNX Runtime. */
  readonly version: string;
  readonly onnxruntime: string;
}

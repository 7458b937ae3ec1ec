/** What a lowering must know of the device: measured or read by the engine, a plain value. */

export interface DeviceTraits {
  readonly kind: 'cpu';
  /** Threads that share the work of one operator. */
  readonly threads: number;
  /**
   * Channels of a block in ONNX Runtime's blocked layout: 16 with AVX-512, 8 with AVX2. Null where it has none, or none that
   * computes what it should. A wrong one gives wrong numbers without an error: it is measured, never guessed.
   */
  readonly convBlock: 8 | 16 | null;
}

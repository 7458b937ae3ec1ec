/** What a lowering must know of the device: measured or read by the engine, a plain value. */

export interface DeviceTraits {
  readonly kind: 'cpu';
  /** Threads that share the work of one operator. */
  readonly threads: number;
}

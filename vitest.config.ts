/** Tests stand beside the code; those of the whole stand in tests/. */
import type { ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = {
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    // ONNX Runtime works in forks and threads; in vmThreads it refuses every array, since Float32Array is another there.
    pool: 'forks',
    testTimeout: 60_000,
    reporters: ['default', './tests/reporter.ts'],
  },
};

export default config;

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { startOnnxRuntime } from '../../src/node/index.ts';
import { compareWithGolden, GOLDEN_TOLERANCES, type GoldenErrors } from './compare.ts';

const folder = new URL('../fixtures/golden/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
const runtime = await startOnnxRuntime();
afterAll(() => runtime.close());

it.each(files)('%s: the engine comes to the numbers of PyTorch', async (file) => {
  const errors = await compareWithGolden(new Uint8Array(readFileSync(new URL(file, folder))), runtime);
  for (const [measure, tolerance] of Object.entries(GOLDEN_TOLERANCES))
    expect(errors[measure as keyof GoldenErrors], measure).toBeLessThan(tolerance);
});

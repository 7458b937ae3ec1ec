/** `npm run golden -- FILE...`: a line a file with its worst relative errors; exit 1 past a tolerance. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { startOnnxRuntime } from '../../src/node/index.ts';
import { compareWithGolden, GOLDEN_TOLERANCES, type GoldenErrors } from './compare.ts';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('Which files? npm run golden -- FILE.safetensors ...');
  process.exit(2);
}
const runtime = await startOnnxRuntime();
const measures = Object.keys(GOLDEN_TOLERANCES) as (keyof GoldenErrors)[];
let failed = 0;
for (const file of files) {
  try {
    const errors = await compareWithGolden(new Uint8Array(await readFile(file)), runtime);
    const beyond = measures.filter((measure) => !(errors[measure] <= GOLDEN_TOLERANCES[measure]));
    const line = measures.map((measure) => `${measure} ${errors[measure].toExponential(1)}`).join('  ');
    console.log(`${basename(file).padEnd(32)} ${line}  ${beyond.length === 0 ? 'ok' : `BEYOND: ${beyond.join(', ')}`}`);
    failed += beyond.length > 0 ? 1 : 0;
  } catch (error) {
    console.log(`${basename(file).padEnd(32)} FAILED: ${error instanceof Error ? error.message : String(error)}`);
    failed++;
  }
}
await runtime.close();
console.log(`${files.length - failed} of ${files.length} files within tolerance`);
process.exitCode = failed > 0 ? 1 : 0;

/**
 * What other programs make of our packages: onnx's checker, Python's ONNX Runtime, bioimageio.spec's validation, and its copy of a
 * package read by us (needs `pip install onnx onnxruntime numpy bioimageio.spec` in `python3`, or in what UNSTAINED_PYTHON names).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { python } from '../io/testing/python.ts';
import { readModel } from './read-model.ts';
import { planeModel, testModel, volumeModel } from './testing/models.ts';
import { writeModel } from './write-model.ts';

const hasAll = spawnSync(python, ['-c', 'import onnx, onnxruntime, numpy, bioimageio.spec']).status === 0;

/** Prints what it found of the package, as one line of JSON, and writes a copy of it. */
const SCRIPT = `
import sys, io, json, zipfile, logging
import numpy as np, onnx, onnxruntime
from bioimageio.spec import load_description, load_description_and_validate_format_only, save_bioimageio_package
logging.disable(logging.CRITICAL)
path, copy = sys.argv[1:]
z = zipfile.ZipFile(path)
weights, x, y = z.read('weights.onnx'), *(np.load(io.BytesIO(z.read(f'test-{part}.npy'))) for part in ['input', 'output'])
onnx.checker.check_model(onnx.load_from_string(weights), full_check=True)
out = onnxruntime.InferenceSession(weights).run(None, {'signal': x})[0]
summary = load_description_and_validate_format_only(path)
model = load_description(path)
for step in model.outputs[0].postprocessing:
    if step.id == 'scale_linear':
        gain, offset = (np.reshape(v, (1, -1) + (1,) * (out.ndim - 2)) for v in (step.kwargs.gain, step.kwargs.offset))
        out = out * gain + offset
save_bioimageio_package(model, output_path=copy)
print(json.dumps(dict(status=summary.status, errors=[e.msg for d in summary.details for e in d.errors],
    error=float(np.abs(out - y).max() / gain.max()), name=model.name)))
`;

it.skipIf(!hasAll).each([
  ['volumes', volumeModel],
  ['planes as channels', planeModel],
])('%s: valid by bioimageio.spec, and the same numbers in Python', { timeout: 120_000 }, async (_, made) => {
  const folder = mkdtempSync(join(tmpdir(), 'unstained-model-'));
  try {
    const [path, copy] = ['model.zip', 'copy.zip'].map((name) => join(folder, name));
    const model = await testModel(made);
    writeFileSync(path, await writeModel(model));
    const printed = execFileSync(python, ['-c', SCRIPT, path, copy], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, BIOIMAGEIO_PERFORM_IO_CHECKS: 'true' },
    });
    const found = JSON.parse(printed.trim().split('\n').at(-1)!);
    expect(found).toMatchObject({ status: 'valid-format', errors: [] });
    expect(found.error).toBeLessThan(1e-5);
    const read = await readModel(new Uint8Array(readFileSync(copy)), 'copy.zip');
    expect(read.description).toEqual(model.description);
    expect(read.tensors).toEqual((await readModel(new Uint8Array(readFileSync(path)), path)).tensors);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

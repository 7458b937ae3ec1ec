/** What computes a training, for environment.json: whoever compares two runs looks here first. */
import type { FormChoice, Runtime } from '../engine/index.ts';
import type { EnvironmentFile } from '../run/index.ts';
import { layerForms } from '../training/index.ts';
import type { World } from './world.ts';

export function environmentOf(
  { machine }: Pick<World, 'machine'>,
  { traits }: Pick<Runtime, 'traits'>,
  forms: readonly FormChoice[],
): EnvironmentFile {
  const counts = new Map<string, { operator: string; form: string; when: string; count: number }>();
  for (const { operator, form, when } of forms) {
    const key = `${operator} ${form}`;
    counts.set(key, { operator, form, when, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const { version, host, onnxruntime, platform, processor, memoryBytes } = machine;
  const layers = layerForms(forms).map(({ layer, forward, inputGradient, weightGradient }) => ({
    layer,
    forward: forward.form,
    inputGradient: inputGradient?.form ?? null,
    weightGradient: weightGradient?.form ?? null,
  }));
  return {
    schema: 'unstained.environment/1',
    version,
    host,
    onnxruntime,
    platform,
    processor,
    device: traits.kind,
    threads: traits.threads,
    convBlock: traits.convBlock,
    memoryBytes,
    layers,
    forms: [...counts.values()],
  };
}

/** `devices`: what can compute here, tried, not only listed; and how a network's layers would be computed. */
import type { Config } from '../config/index.ts';
import { random } from '../core/index.ts';
import { formsOf, type Runtime } from '../engine/index.ts';
import { initialTensors, outputsFor, trainingProgram } from '../network/index.ts';
import { tileRunner } from '../prediction/index.ts';
import { layerForms, patchExtents, planStep } from '../training/index.ts';
import type { DevicesResult, ExplainedNetwork } from './requests.ts';
import type { World } from './world.ts';

const TRIAL = { dims: 3, depth: 2, channels: 16, inputChannels: 1, outputChannels: 1 } as const;
const TRIAL_SIZE = { z: 16, y: 64, x: 64 };

/**
 * Runs a small network on each device. With `explain`, also tells how each layer of those settings' network is computed in
 * training. Throws ResourceError where nothing can compute.
 */
export async function devices(
  world: World,
  { explain = null }: { readonly explain?: Config | null } = {},
): Promise<DevicesResult> {
  const runtime = await world.startRuntime();
  try {
    const runner = tileRunner(runtime, { description: TRIAL, tensors: initialTensors(TRIAL, random(0)) });
    const voxels = TRIAL_SIZE.z * TRIAL_SIZE.y * TRIAL_SIZE.x;
    await runner.run(new Float32Array(voxels), TRIAL_SIZE); // loads and warms up
    const began = world.now();
    await runner.run(new Float32Array(voxels), TRIAL_SIZE);
    const seconds = (world.now() - began) / 1000;
    const { processor, memoryBytes, onnxruntime } = world.machine;
    const { kind: device, threads, convBlock } = runtime.traits;
    const voxelsPerSecond = Math.round(voxels / seconds);
    return {
      schema: 'unstained.devices/1',
      devices: [{ device, processor, threads, memoryBytes, onnxruntime, convBlock, voxelsPerSecond }],
      explained: explain && explained(world, runtime, explain),
    };
  } finally {
    await runtime.close();
  }
}

function explained({ machine }: World, { traits }: Runtime, config: Config): ExplainedNetwork {
  const { batch, loss, optimizer } = config;
  const description = { ...config.network, inputChannels: 1, outputChannels: outputsFor(loss, 1) };
  const average = config.average > 0;
  const { plan, bytes } = planStep(description, batch, config.patch, machine.memoryBytes, traits, { average });
  const patch = patchExtents(config);
  const settings = { batch, patch, loss, adam: optimizer, clip: optimizer.clip, average };
  const program = trainingProgram(description, settings);
  return {
    batch,
    patch,
    memoryBytes: bytes,
    recompute: plan.recompute,
    layers: layerForms(formsOf(program, traits, plan)),
  };
}

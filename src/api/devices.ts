/** `devices`: what can compute here, tried, not only listed. */
import { random } from '../core/index.ts';
import { initialTensors } from '../network/index.ts';
import { tileRunner } from '../prediction/index.ts';
import type { DevicesResult } from './requests.ts';
import type { World } from './world.ts';

const TRIAL = { dims: 3, depth: 2, channels: 16, inputChannels: 1, outputChannels: 1 } as const;
const TRIAL_SIZE = { z: 16, y: 64, x: 64 };

/** Runs a small network on each device. Throws ResourceError where nothing can compute. */
export async function devices(world: World): Promise<DevicesResult> {
  const runtime = await world.startRuntime();
  try {
    const runner = tileRunner(runtime, { description: TRIAL, tensors: initialTensors(TRIAL, random(0)) });
    const voxels = TRIAL_SIZE.z * TRIAL_SIZE.y * TRIAL_SIZE.x;
    await runner.run(new Float32Array(voxels), TRIAL_SIZE); // loads and warms up
    const began = world.now();
    await runner.run(new Float32Array(voxels), TRIAL_SIZE);
    const seconds = (world.now() - began) / 1000;
    const { processor, memoryBytes, onnxruntime } = world.machine;
    const { kind: device, threads } = runtime.traits;
    return {
      schema: 'unstained.devices/1',
      devices: [
        { device, processor, threads, memoryBytes, onnxruntime, voxelsPerSecond: Math.round(voxels / seconds) },
      ],
    };
  } finally {
    await runtime.close();
  }
}

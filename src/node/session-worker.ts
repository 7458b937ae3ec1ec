/** The worker that holds onnxruntime-node's sessions, one task at a time, and keeps carried tensors between runs. */
import { parentPort } from 'node:worker_threads';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { packKernel, unpackKernel, type CarriedShape, type Tensors } from '../engine/index.ts';
import type { Answer, Order, ShapedTensor } from './session-protocol.ts';

type Ort = typeof import('onnxruntime-node');

interface LoadedSession {
  readonly inference: InferenceSession;
  readonly results: readonly string[];
  readonly carried: readonly CarriedShape[];
  /** Carried tensors, part by part, as the model takes them. */
  readonly kept: Map<string, Tensor>;
}

const sessions = new Map<number, LoadedSession>();
let ort: Ort | undefined;
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (order: Order) => {
  // One after the other: a session must not run twice at once, and memory is planned for one.
  last = last.then(async () => {
    try {
      const tensors = await carryOut(order);
      answer({ order: order.order, tensors }, tensors);
    } catch (error) {
      answer({ order: order.order, failure: error instanceof Error ? error.message : String(error) });
    }
  });
});

function answer(message: Answer, tensors: Tensors = {}): void {
  parentPort?.postMessage(
    message,
    Object.values(tensors).map(({ buffer }) => buffer as ArrayBuffer),
  );
}

async function carryOut(order: Order): Promise<Tensors> {
  ort ??= await import('onnxruntime-node');
  if (order.task === 'load') {
    const inference = await ort.InferenceSession.create(order.model, {
      intraOpNumThreads: order.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: order.optimize ? 'all' : 'disabled',
      enableMemPattern: false, // a pattern of a whole training step holds more than the step ever needs at once
      logSeverityLevel: 3,
    });
    sessions.set(order.session, { inference, results: order.results, carried: order.carried, kept: new Map() });
    return {};
  }
  const session = sessions.get(order.session);
  if (!session) throw new Error('This session is closed.');
  switch (order.task) {
    case 'run': {
      const feeds = Object.fromEntries([...session.kept, ...order.feeds.map((t) => [t.name, tensor(t)] as const)]);
      const wanted = order.wanted ?? session.results;
      const moving = session.carried.flatMap(({ parts }) => parts.filter(({ output }) => output !== null));
      const made = await session.inference.run(feeds, [...wanted, ...moving.map(({ output }) => output as string)]);
      for (const { name, output } of moving) session.kept.set(name, made[output as string]);
      return Object.fromEntries(wanted.map((name) => [name, copyOf(made[name])]));
    }
    case 'read':
      return Object.fromEntries(session.carried.map((carried) => [carried.name, readCarried(session, carried)]));
    case 'write':
      for (const { name, data } of order.values) {
        const carried = session.carried.find((tensor) => tensor.name === name) as CarriedShape;
        const parts = carried.kernel ? packKernel(data, carried.kernel) : [data];
        carried.parts.forEach((part, k) => session.kept.set(part.name, tensor({ ...part, data: parts[k] })));
      }
      return {};
    case 'close':
      sessions.delete(order.session);
      await session.inference.release();
      return {};
  }
}

function readCarried({ kept }: LoadedSession, { kernel, parts }: CarriedShape): Float32Array {
  const tensors = parts.map(({ name }) => kept.get(name) as Tensor);
  return kernel
    ? unpackKernel(
        tensors.map(({ data }) => data as Float32Array),
        kernel,
      )
    : copyOf(tensors[0]);
}

function tensor({ data, shape }: ShapedTensor): Tensor {
  return new (ort as Ort).Tensor('float32', data, shape);
}

/** The runtime's own memory cannot be handed to another thread. */
function copyOf(made: Tensor): Float32Array {
  return (made.data as Float32Array).slice();
}

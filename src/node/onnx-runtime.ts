/**
 * The engine's Runtime on onnxruntime-node. `InferenceSession.run` blocks the thread that it is called on for the whole step,
 * so sessions live in a worker: the main thread draws progress and hears Ctrl-C meanwhile.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ResourceError } from '../core/index.ts';
import { measureConvBlock, type LoweredProgram, type Runtime, type Session, type Tensors } from '../engine/index.ts';
import type { Answer, Order, Task } from './session-protocol.ts';

export interface OnnxRuntimeSettings {
  /** Share the work of one operator: all processors unless told otherwise. */
  readonly threads?: number;
  /** False: as if ONNX Runtime had no blocked layout here. So does UNSTAINED_BLOCKS=off in the environment, for tests. */
  readonly blocked?: boolean;
}

/** Starts the worker, and measures what the lowering must know. */
export async function startOnnxRuntime({
  threads = availableParallelism(),
  blocked = process.env.UNSTAINED_BLOCKS !== 'off',
}: OnnxRuntimeSettings = {}): Promise<Runtime> {
  // ONNX Runtime's builds send usage events to its makers unless told not to, before they are loaded, in the environment of
  // the process (a worker's is a copy). Images of a lab are nobody else's business, and neither is that they are computed on.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const worker = startWorker();
  const waiting = new Map<number, { resolve(tensors: Tensors): void; reject(error: Error): void }>();
  let orders = 0;
  let sessions = 0;

  worker.on('message', (answer: Answer) => {
    const order = waiting.get(answer.order);
    waiting.delete(answer.order);
    if (waiting.size === 0) worker.unref();
    if ('failure' in answer) order?.reject(runtimeError(answer.failure));
    else order?.resolve(answer.tensors);
  });
  const failAll = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('error', (error) => failAll(runtimeError(error.message)));
  worker.on('exit', () => failAll(new Error('The worker that runs the network has ended.')));
  worker.unref(); // an idle worker keeps no process alive

  const ask = (task: Task, feeds: Tensors = {}): Promise<Tensors> =>
    new Promise((resolve, reject) => {
      const order: Order = { order: orders++, ...task };
      waiting.set(order.order, { resolve, reject });
      worker.ref();
      worker.postMessage(order, transferable(feeds));
    });

  const load = async (program: LoweredProgram): Promise<Session> => {
    const session = sessions++;
    const { model, carried, results: named, optimize } = program;
    const results = named.map(({ name }) => name);
    await ask({ task: 'load', session, model, threads, carried, results, optimize });
    const shapes = new Map([...program.fed, ...carried].map(({ name, shape }) => [name, shape]));
    const shaped = (tensors: Tensors) =>
      Object.entries(tensors).map(([name, data]) => {
        const shape = shapes.get(name);
        if (!shape) throw new Error(`The program has no input called ${name}.`);
        return { name, data, shape };
      });
    return {
      run: (feeds, wanted) => ask({ task: 'run', session, feeds: shaped(feeds), wanted: wanted ?? null }, feeds),
      readCarried: () => ask({ task: 'read', session }),
      async writeCarried(values) {
        await ask({ task: 'write', session, values: shaped(values) });
      },
      async close() {
        await ask({ task: 'close', session });
      },
    };
  };
  const runOnce = async (program: LoweredProgram, feeds: Tensors): Promise<Tensors> => {
    const session = await load(program);
    try {
      return await session.run(feeds);
    } finally {
      await session.close();
    }
  };
  const convBlock = blocked ? await measureConvBlock(runOnce) : null;
  return {
    traits: { kind: 'cpu', threads, convBlock },
    load,
    async close() {
      await worker.terminate();
    },
  };
}

/**
 * From TypeScript sources (tests) the worker is compiled as it loads; a package holds JavaScript. The flags that the process
 * was started with (`--input-type`, `--eval`) are not the worker's.
 */
function startWorker(): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./session-worker.js', import.meta.url), { execArgv: [] });
  const source = new URL('./session-worker.ts', import.meta.url).href;
  return new Worker(`import('tsx/esm/api').then(({ register }) => (register(), import(${JSON.stringify(source)})))`, {
    eval: true,
    execArgv: [],
  });
}

function transferable(feeds: Tensors): ArrayBuffer[] {
  const whole = Object.values(feeds).filter((data) => data.byteLength === data.buffer.byteLength);
  return [...new Set(whole.map(({ buffer }) => buffer as ArrayBuffer))];
}

function runtimeError(failure: string): Error {
  if (/alloc|out of memory/i.test(failure))
    return new ResourceError('resource/memory', {
      what: `The device ran out of memory (${failure}).`,
      why: 'The network and its patches or tiles do not fit.',
      remedy: 'Give smaller values: --batch or --patch in training, --memory in prediction.',
    });
  if (/Cannot find (package|module)/.test(failure))
    return new ResourceError('resource/no-runtime', {
      what: `onnxruntime-node cannot be loaded here (${failure}).`,
      why: 'It computes the network; there are builds for Linux (glibc), macOS on Arm and Windows.',
      remedy: 'Install again without --omit=optional: npm install unstained.',
    });
  return new Error(`ONNX Runtime: ${failure}`);
}

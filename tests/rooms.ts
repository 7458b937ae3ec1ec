/** The rooms of src, who may import whom, and the files that may be long. The architecture test holds the code to it. */

export interface Room {
  /** Rooms that it may import, through their index.ts; `core` goes without saying. */
  readonly imports: readonly string[];
  /** Bound to Node: may use `node:` modules, the clock and the environment. The other rooms run in a browser too. */
  readonly node?: true;
  /** May write to the console. */
  readonly console?: true;
}

const PORTABLE: Readonly<Record<string, Room>> = {
  core: { imports: [] },
  codec: { imports: [] },
  volume: { imports: [] },
  config: { imports: [] },
  graph: { imports: [] },
  lowering: { imports: ['graph', 'codec'] },
  network: { imports: ['graph'] },
  engine: { imports: ['graph', 'lowering'] },
  io: { imports: ['codec', 'volume'] },
  evaluation: { imports: ['volume'] },
  dataset: { imports: ['volume', 'io', 'config', 'evaluation'] },
  model: { imports: ['codec', 'network', 'config'] },
  run: { imports: ['codec', 'config', 'model'] },
  prediction: { imports: ['volume', 'io', 'network', 'engine', 'model'] },
  training: {
    imports: ['volume', 'dataset', 'network', 'engine', 'evaluation', 'prediction', 'model', 'run', 'config'],
  },
  figures: { imports: ['codec', 'volume', 'evaluation', 'run'] },
};

/** From the ground up: a room imports only what stands above it here. */
export const ROOMS: Readonly<Record<string, Room>> = {
  ...PORTABLE,
  api: { imports: Object.keys(PORTABLE) },
  browser: { imports: ['io', 'volume'] },
  node: { imports: ['io', 'engine', 'dataset', 'run', 'codec'], node: true },
  cli: { imports: ['api', 'config', 'node'], node: true, console: true },
};

/** A longer file has its reason in LONG_FILES; none is longer than LONGEST. */
export const LONG = 300;
export const LONGEST = 400;

/** File, such as `io/tiff/ifd.ts`, to why it is one concept all the same. */
export const LONG_FILES: Readonly<Record<string, string>> = {
  'config/keys.ts': 'the one table of settings, an entry each',
};

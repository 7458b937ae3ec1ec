/** The house rules hold for src, and the checker finds each kind of break in a tree that has it. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findings, longerThan } from './architecture.ts';
import { LONG, LONG_FILES, LONGEST, ROOMS } from './rooms.ts';

const SRC = join(import.meta.dirname, '../src');

function readTree(): Map<string, string> {
  const names = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return new Map(names.map((name) => [name.replaceAll('\\', '/'), readFileSync(join(SRC, name), 'utf8')]));
}

/** What the checker says of files that have only these lines, each under an opening comment. */
function broken(files: Readonly<Record<string, string>>): string[] {
  return findings(new Map(Object.entries(files).map(([path, text]) => [path, `/** What it is. */\n${text}\n`])));
}

it('every file of src keeps the rules of the house', () => {
  expect(findings(readTree())).toEqual([]);
});

it('every room of src has an index.ts', () => {
  const tree = readTree();
  const rooms = new Set([...tree.keys()].map((path) => path.split('/')[0]));
  expect([...rooms].filter((room) => room !== 'cli' && !tree.has(`${room}/index.ts`))).toEqual([]);
});

it('the portable rooms compile where process, Buffer and document do not exist', () => {
  const tsc = join(SRC, '../node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', join(SRC, '../tsconfig.portable.json')], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
});

it('the files of more than 300 lines are those with a reason', () => {
  expect(longerThan(LONG, readTree())).toEqual(Object.keys(LONG_FILES));
});

it('a room imports only rooms that stand above it in the table', () => {
  const order = Object.keys(ROOMS);
  for (const [name, room] of Object.entries(ROOMS))
    expect(
      room.imports.filter((other) => order.indexOf(other) >= order.indexOf(name)),
      name,
    ).toEqual([]);
});

describe('the checker finds', () => {
  it.each([
    ['a value import', "import { conv } from '../graph/index.ts';"],
    ['a type import', "import type { Tensor } from '../graph/index.ts';"],
    ['an import of several lines', "import {\n  conv,\n  type Tensor,\n} from '../graph/index.ts';"],
    ['a re-export', "export * from '../graph/index.ts';"],
    ['an import for its effect', "import '../graph/index.ts';"],
    ['an import call', "const load = () => import('../graph/index.ts');"],
    ['an imported type', "type Tensor = import('../graph/index.ts').Tensor;"],
  ])('a room that imports another against the table, as %s', (_, line) => {
    expect(broken({ 'codec/png.ts': line })).toEqual(['codec/png.ts: codec may not import graph']);
  });

  it.each([
    [
      'past the index',
      { 'network/unet.ts': "import { conv } from '../graph/conv.ts';" },
      'network/unet.ts: imports graph/conv.ts, past the index.ts of graph',
    ],
    [
      'past the index of core',
      { 'graph/conv.ts': "import { UsageError } from '../core/errors.ts';" },
      'graph/conv.ts: imports core/errors.ts, past the index.ts of core',
    ],
    [
      'through its own index',
      { 'graph/conv.ts': "import { add } from './index.ts';" },
      "graph/conv.ts: imports its own room's index.ts instead of the file",
    ],
    [
      'from a test',
      { 'graph/conv.ts': "import { reference } from './testing/reference.ts';" },
      'graph/conv.ts: imports graph/testing/reference.ts, which is for tests',
    ],
    [
      'a node: module into a portable room',
      { 'io/tiff.ts': "import { open } from 'node:fs/promises';" },
      'io/tiff.ts: imports node:fs/promises, which a browser does not have',
    ],
    [
      'a module of Node without its prefix',
      { 'io/tiff.ts': "import { join } from 'path';" },
      'io/tiff.ts: imports path, which a browser does not have',
    ],
    [
      'the native runtime into a portable room',
      { 'engine/run.ts': "type Ort = typeof import('onnxruntime-node');" },
      'engine/run.ts: imports onnxruntime-node, which a browser does not have',
    ],
  ])('an import %s', (_, files, finding) => {
    expect(broken(files)).toEqual([finding]);
  });

  it.each([
    [
      'a circle of two files',
      { 'graph/a.ts': "import { b } from './b.ts';", 'graph/b.ts': "import type { A } from './a.ts';" },
      'circle: graph/a.ts > graph/b.ts > graph/a.ts',
    ],
    ['a file that imports itself', { 'graph/a.ts': "import { a } from './a.ts';" }, 'circle: graph/a.ts > graph/a.ts'],
    [
      'a console in a portable room',
      { 'training/loop.ts': 'console.log(loss);' },
      'training/loop.ts: writes to the console',
    ],
    [
      'standard error outside cli',
      { 'node/files.ts': 'process.stderr.write(text);' },
      'node/files.ts: writes to the console',
    ],
    [
      'the environment in a portable room',
      { 'engine/traits.ts': 'const threads = process.env.THREADS;' },
      'engine/traits.ts: uses process or Buffer',
    ],
    [
      'a Buffer in a portable room',
      { 'codec/zip.ts': 'const bytes = Buffer.alloc(4);' },
      'codec/zip.ts: uses process or Buffer',
    ],
    [
      'a clock in a portable room',
      { 'training/loop.ts': 'const start = performance.now();' },
      'training/loop.ts: reads the clock',
    ],
    [
      'chance without a seed',
      { 'cli/train.ts': 'const seed = Math.random();' },
      'cli/train.ts: draws from Math.random, which no seed repeats',
    ],
    [
      'exports without names',
      { 'codec/index.ts': "export * from './png.ts';" },
      'codec/index.ts: exports * instead of names',
    ],
    ['a file beside the rooms', { 'helpers.ts': '' }, 'helpers.ts: stands in no room'],
    ['a folder that is no room', { 'drawer/list.ts': '' }, 'drawer/list.ts: stands in no room'],
    [
      'a long file',
      { 'io/tiff.ts': 'x;\n'.repeat(LONGEST) },
      'io/tiff.ts: has over 400 lines; find its second concept',
    ],
  ])('%s', (_, files, finding) => {
    expect(broken(files)).toEqual([finding]);
  });

  it('a file without an opening comment', () => {
    expect(findings(new Map([['core/random.ts', 'export const seed = 0;\n']]))).toEqual([
      'core/random.ts: does not open with a comment that says what it is',
    ]);
  });

  it('nothing in code that keeps the rules, words in comments and tests included', () => {
    expect(
      broken({
        'graph/conv.ts':
          "import { UsageError } from '../core/index.ts';\nimport { add } from './add.ts';\n// process.env, console.log",
        'graph/add.ts': '/* Buffer, Math.random, import("../cli/main.ts") */',
        'graph/add.test.ts': "import { train } from '../training/loop.ts';\nconsole.log(process.env.HOME);",
        'node/files.ts': "import { open } from 'node:fs/promises';\nconst home = process.env.HOME;",
        'cli/main.ts': "import { train } from '../api/index.ts';\nconsole.log(train);",
      }),
    ).toEqual([]);
  });
});

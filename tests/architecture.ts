/**
 * Holds a tree of source files to the house rules: who imports whom, no circles, what is portable, who writes to the
 * console, how long a file is. Works on text, so that a test can feed it a tree that breaks a rule.
 */
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { LONGEST, ROOMS, type Room } from './rooms.ts';

/** Path below src, such as `graph/conv.ts`, to the file's text. */
export type Tree = ReadonlyMap<string, string>;

/** What breaks a rule, one sentence each, with file and culprit; empty where all is well. */
export function findings(tree: Tree): string[] {
  const product = [...tree].filter(([path]) => !isTest(path));
  const imports = new Map(product.map(([path, text]) => [path, importsOf(path, text)]));
  return [
    ...product.flatMap(([path, text]) => inRoom(path, text, imports.get(path)!)),
    ...longerThan(LONGEST, tree).map((path) => `${path}: has over ${LONGEST} lines; find its second concept`),
    ...circles(imports),
  ];
}

/** The files of more than `limit` lines, tests and generated code (`_pb.ts`) aside. */
export function longerThan(limit: number, tree: Tree): string[] {
  const written = [...tree].filter(([path]) => !isTest(path) && !path.endsWith('_pb.ts'));
  return written.filter(([, text]) => text.trimEnd().split('\n').length > limit).map(([path]) => path);
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.includes('/testing/');
}

function roomOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

/** What a file imports, types and `import('...')` included: paths below src, names of packages as they are. */
function importsOf(path: string, text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\s(?:[\w$\s{},*]+\sfrom\s+)?\s*(['"])(.+?)\1/gm);
  const calls = withoutComments(text).matchAll(/\bimport\(\s*(['"])(.+?)\1/g);
  return [...statements, ...calls].map(([, , target]) =>
    target.startsWith('.') ? join(dirname(path), target) : target,
  );
}

/** The text without comments; enough for code in which no string holds `//` or `/*` before code that matters. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, '');
}

function inRoom(path: string, text: string, imports: readonly string[]): string[] {
  const name = roomOf(path);
  const room = ROOMS[name];
  if (!room) return [`${path}: stands in no room`];
  const code = withoutComments(text);
  return [
    ...imports.flatMap((target) => importRule(path, name, room, target)),
    ...BANS.filter((ban) => !ban.allowed(room) && ban.pattern.test(code)).map((ban) => `${path}: ${ban.says}`),
    ...(path === `${name}/index.ts` && /^export \*/m.test(text) ? [`${path}: exports * instead of names`] : []),
    ...(/^(?:#!.*\n)?\/[/*]/.test(text) ? [] : [`${path}: does not open with a comment that says what it is`]),
  ];
}

interface Ban {
  readonly pattern: RegExp;
  readonly says: string;
  allowed(room: Room): boolean;
}

const BANS: readonly Ban[] = [
  {
    pattern: /\bconsole\.\w|\bprocess\.std(?:out|err)\b/,
    says: 'writes to the console',
    allowed: (room) => room.console === true,
  },
  {
    pattern: /\bprocess\.(?!std(?:out|err)\b)\w|\bBuffer\b/,
    says: 'uses process or Buffer',
    allowed: (room) => room.node === true,
  },
  {
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/,
    says: 'reads the clock',
    allowed: (room) => room.node === true,
  },
  { pattern: /\bMath\.random\b/, says: 'draws from Math.random, which no seed repeats', allowed: () => false },
];

function importRule(path: string, name: string, room: Room, target: string): string[] {
  if (!target.endsWith('.ts')) {
    const bound = isBuiltin(target) || target === 'onnxruntime-node';
    return bound && !room.node ? [`${path}: imports ${target}, which a browser does not have`] : [];
  }
  if (isTest(target)) return [`${path}: imports ${target}, which is for tests`];
  const other = roomOf(target);
  if (other === name)
    return target === `${name}/index.ts` ? [`${path}: imports its own room's index.ts instead of the file`] : [];
  if (other !== 'core' && !room.imports.includes(other)) return [`${path}: ${name} may not import ${other || target}`];
  return target === `${other}/index.ts` ? [] : [`${path}: imports ${target}, past the index.ts of ${other}`];
}

/** Circles of files, each once, as `a.ts > b.ts > a.ts`. */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) found.push(`circle: ${[...way.slice(way.indexOf(path)), path].join(' > ')}`);
    if (done.has(path) || way.includes(path)) return;
    for (const target of imports.get(path) ?? []) walk(target, [...way, path]);
    done.add(path);
  };
  for (const path of imports.keys()) walk(path, []);
  return found;
}

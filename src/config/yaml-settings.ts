/** The settings of a YAML file, each with its line and column. */
import { isAlias, isMap, isScalar, LineCounter, parseDocument, type Document, type ParsedNode } from 'yaml';
import type { Finding } from './finding.ts';
import { keyAt, KEYS, lastName, SECTIONS } from './placed-keys.ts';
import { nearest } from './nearest.ts';

/** A value that somebody gave, not yet checked. */
export interface GivenValue {
  readonly path: string;
  readonly value: unknown;
  readonly where: string;
}

export interface YamlText {
  readonly text: string;
  /** How messages name it. */
  readonly file: string;
}

// A few aliases are a convenience; many are how a small file becomes gigabytes.
const MOST_ALIASES = 20;
// All settings with their comments take 5,000; the parser takes minutes for a file of many keys that are none of ours.
const MOST_CHARACTERS = 2 ** 16;
// Once a line is not understood, the parser stumbles over those that follow.
const MOST_SYNTAX_ERRORS = 10;

export function readYaml({ text, file }: YamlText): {
  readonly given: readonly GivenValue[];
  readonly findings: readonly Finding[];
} {
  if (text.length > MOST_CHARACTERS) {
    const what = `${text.length} characters are no settings: all of them with comments take 5000.`;
    return { given: [], findings: [{ where: file, what, remedy: 'Give the YAML file of the settings.' }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const given: GivenValue[] = [];
  const findings: Finding[] = [];

  // An unknown tag (`!!js/function`) is only a warning to the parser; here nothing may be half understood.
  for (const { message, pos } of [...document.errors, ...document.warnings].slice(0, MOST_SYNTAX_ERRORS))
    findings.push({
      where: place(pos[0]),
      what: `this is not YAML: ${message.replace(/\.$/, '')}.`,
      remedy: 'Correct the line.',
    });
  if (findings.length > 0) return { given, findings };

  const plain = (node: ParsedNode): unknown => {
    try {
      const value: unknown = node.toJS(document, { maxAliasCount: MOST_ALIASES });
      JSON.stringify(value); // fails where an alias is within what it stands for
      return value;
    } catch (error) {
      if (!(error instanceof ReferenceError || error instanceof TypeError)) throw error;
      return undefined; // too many aliases, or in a circle: no value of ours
    }
  };

  const readSection = (node: ParsedNode | null, prefix: string, offset: number): void => {
    const section = followAlias(node, document);
    if (isScalar(section) && section.value === null) return; // `optimizer:` with nothing below
    if (section === null) return;
    if (!isMap(section)) {
      const what = `${prefix === '' ? 'the file' : prefix.slice(0, -1)} must hold keys with values.`;
      const example = KEYS.find((key) => key.path.startsWith(prefix))!.path;
      findings.push({ where: place(offset), what, remedy: `Write them one a line, such as ${example}.` });
      return;
    }
    for (const { key, value } of section.items as { key: ParsedNode; value: ParsedNode | null }[]) {
      const name = isScalar(key) ? String(key.value) : String(key);
      const path = prefix + name;
      const valueOffset = value?.range[0] ?? key.range[0];
      if (SECTIONS.has(path)) readSection(value, `${path}.`, valueOffset);
      else if (keyAt(path)) given.push({ path, value: value && plain(value), where: place(valueOffset) });
      else findings.push({ where: place(key.range[0]), what: `unknown key ${path}.`, remedy: suggestKey(path) });
    }
  };
  readSection(document.contents, '', 0);
  return { given, findings };
}

/** `Did you mean optimizer.lr?`, or where all keys stand. */
export function suggestKey(path: string): string {
  if (SECTIONS.has(path)) return `It holds ${namesIn(path)}: set one of them.`;
  if (path === 'preset') return 'A preset is given by its own option: --preset NAME.';
  const name = path.slice(path.lastIndexOf('.') + 1);
  const section = path.slice(0, path.indexOf('.') + 1);
  const paths = [...SECTIONS, ...KEYS.map((key) => key.path)];
  const within = paths.filter((other) => section !== '' && other.startsWith(section));
  // `network.lr`: the right name in another section. Else a name in this section, or the section too is misspelled.
  const elsewhere = KEYS.filter((key) => lastName(key) === name);
  const meant =
    elsewhere.length === 1
      ? elsewhere[0].path
      : (nearestName(name, within) ?? (within.length === 0 ? nearest(path, paths) : null) ?? nearest(name, paths));
  return meant ? `Did you mean ${meant}?` : 'All keys: unstained train --help.';
}

/** Of keys of one section, which are alike in all but their names. */
function nearestName(name: string, paths: readonly string[]): string | null {
  const meant = nearest(
    name,
    paths.map((path) => path.slice(path.indexOf('.') + 1)),
  );
  return paths.find((path) => path.endsWith(`.${meant}`)) ?? null;
}

function namesIn(section: string): string {
  return KEYS.flatMap(({ path }) => (path.startsWith(`${section}.`) ? path : [])).join(', ');
}

function followAlias(node: ParsedNode | null, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** The settings of a YAML file, each with its line and column. */
import { isAlias, isMap, isScalar, LineCounter, parseDocument, type Document, type ParsedNode } from 'yaml';
import type { Finding } from './finding.ts';
import { keyAt, KEYS, lastName, SECTIONS } from './keys.ts';
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

export function readYaml({ text, file }: YamlText): {
  readonly given: readonly GivenValue[];
  readonly findings: readonly Finding[];
} {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const given: GivenValue[] = [];
  const findings: Finding[] = [];

  // An unknown tag (`!!js/function`) is only a warning to the parser; here nothing may be half understood.
  for (const { message, pos } of [...document.errors, ...document.warnings])
    findings.push({
      where: place(pos[0]),
      what: `this is not YAML: ${message.replace(/\.$/, '')}.`,
      remedy: 'Correct the line.',
    });
  if (findings.length > 0) return { given, findings };

  const plain = (node: ParsedNode): unknown => {
    try {
      return node.toJS(document, { maxAliasCount: MOST_ALIASES });
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      return undefined; // too many aliases: no value of ours
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
  const paths = [...SECTIONS, ...KEYS.map((key) => key.path)];
  const name = path.slice(path.lastIndexOf('.') + 1);
  // `network.lr`: the right key in another section is nearer than the section.
  const elsewhere = KEYS.filter((key) => lastName(key) === name);
  const meant = elsewhere.length === 1 ? elsewhere[0].path : (nearest(path, paths) ?? nearest(name, paths));
  return meant ? `Did you mean ${meant}?` : 'All keys: unstained train --help.';
}

function namesIn(section: string): string {
  return KEYS.flatMap(({ path }) => (path.startsWith(`${section}.`) ? path : [])).join(', ');
}

function followAlias(node: ParsedNode | null, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** A result whose fields are known to its reader only, as lines of `name: value`. */

/**
 * Every field but `schema`; what is nested is indented, what is null is `unknown`, an empty list is left out. Numbers of a list
 * stay on a line, texts get one each, and what has parts is counted from 0, as options and selections count it.
 */
export function formatFacts(facts: object): string {
  return Object.entries(facts)
    .filter(([name]) => name !== 'schema')
    .flatMap(([name, value]) => factLines(name, value))
    .join('\n');
}

function factLines(name: string, value: unknown): string[] {
  if (isPlain(value)) return [`${name}: ${plainText(value)}`];
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every((item) => typeof item === 'string'))
      return [`${name}:`, ...value.map((text) => `  ${text}`)];
    return value.every(isPlain)
      ? value.length > 0
        ? [`${name}: ${value.map(plainText).join(', ')}`]
        : []
      : value.flatMap((item, i) => factLines(value.length > 1 ? `${name} ${i}` : name, item));
  }
  const inside = Object.entries(value);
  if (inside.length > 0 && inside.every(([, fact]) => isPlain(fact)))
    return [`${name}: ${inside.map(([part, fact]) => `${part} ${plainText(fact as Plain)}`).join(', ')}`];
  return [`${name}:`, ...inside.flatMap(([part, fact]) => factLines(part, fact)).map((line) => `  ${line}`)];
}

type Plain = string | number | boolean | null | undefined;

function isPlain(value: unknown): value is Plain {
  return value === null || typeof value !== 'object';
}

function plainText(value: Plain): string {
  return String(value ?? 'unknown');
}

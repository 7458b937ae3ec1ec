/** A result whose fields are known to its reader only, as lines of `name: value`. */

/** Every field but `schema`; what is nested is indented, what is null is `unknown`. Lists of plain values stay on a line. */
export function formatFacts(facts: object): string {
  return Object.entries(facts)
    .filter(([name]) => name !== 'schema')
    .flatMap(([name, value]) => factLines(name, value))
    .join('\n');
}

function factLines(name: string, value: unknown): string[] {
  if (isPlain(value)) return [`${name}: ${plainText(value)}`];
  if (Array.isArray(value))
    return value.every(isPlain)
      ? [`${name}: ${value.map(plainText).join(', ')}`]
      : value.flatMap((item, i) => factLines(value.length > 1 ? `${name} ${i + 1}` : name, item));
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

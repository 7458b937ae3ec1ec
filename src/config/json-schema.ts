/** The settings told to editors: JSON Schema of the YAML file, by which they complete keys, explain and check them. */
import { z } from 'zod';
import { keysBySection, lastName, type PlacedKey } from './placed-keys.ts';

/**
 * Draft 07, which all editors know. It accepts what `resolveConfig` accepts of each key; what must hold between keys, such as a
 * patch that divides by 2^depth, only that says.
 */
export function jsonSchema(): object {
  const properties: Record<string, object> = {};
  const dotted: Record<string, object> = {};
  const twice: Record<string, object> = {};
  for (const [section, keys] of keysBySection()) {
    const fields = Object.fromEntries(keys.map((key) => [lastName(key), valueSchema(key)]));
    if (section === '') {
      Object.assign(properties, fields);
      continue;
    }
    properties[section] = { type: ['object', 'null'], properties: fields, additionalProperties: false };
    // `optimizer.lr: 0.001` is read too, but not completed: one way to write a thing is enough to offer.
    for (const key of keys) {
      const name = lastName(key);
      dotted[`^${section}\\.${name}$`] = fields[name];
      twice[key.path] = { properties: { [section]: { not: { type: 'object', required: [name] } } } };
    }
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of unstained train',
    type: ['object', 'null'],
    properties,
    patternProperties: dotted,
    additionalProperties: false,
    dependencies: twice,
  };
}

function valueSchema({ kind, help }: PlacedKey): object {
  const schema: Record<string, unknown> = z.toJSONSchema(kind.schema, { io: 'input', target: 'draft-07' });
  delete schema['$schema']; // stands above
  return { description: help, ...schema };
}

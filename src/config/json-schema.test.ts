/** The JSON Schema and the program agree on every file. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonSchema, resolveConfig } from './index.ts';
import { PRESETS } from './keys.ts';
import { KEYS, SECTIONS } from './placed-keys.ts';
import { readInput, valueAt } from './resolve.ts';

type Document = Readonly<Record<string, unknown>>;

/** As the program sees it, without what must hold between keys. JSON is YAML. */
function isAccepted(document: unknown): boolean {
  return readInput({ yaml: { text: JSON.stringify(document), file: 'config.yaml' } }).findings.length === 0;
}

/** A value of the preset as it stands in YAML, as a list and as text. */
function presetValues(path: string): unknown[] {
  return PRESETS.flatMap((preset) => {
    const { kind } = KEYS.find((key) => key.path === path)!;
    const value = valueAt(resolveConfig({ preset }).config, path);
    return typeof value === 'object' ? [JSON.parse(kind.toYaml(value)), kind.format(value)] : [value];
  });
}

const LIMITS = [
  -1, -1e-9, 0, 1e-9, 1e-7, 1e-6, 0.5, 0.999, 1, 1.5, 2, 3, 6, 7, 10, 10.5, 512, 513, 4096, 4097, 1e4, 10001,
];
const LARGE = [1e6, 1e6 + 1, 1e9, 1e9 + 1, 4294967295, 4294967296, 1e21, 1e300];
const TEXTS = [
  '',
  'native',
  'mse',
  'zscore',
  'auto',
  'constant',
  'true',
  '1',
  '32,64,64',
  '0.3,0.3,0.3',
  '.5,.9',
  '0.,0',
];
const NUMBERS = [
  '0',
  '1',
  '4096',
  '4097',
  '0.5',
  '.5',
  '1.',
  '00',
  '10000',
  '10000.0',
  '10001',
  '0.000001',
  '0.0000001',
  '1e-3',
  '+1',
  '',
];

const anyNumber = fc.oneof(
  fc.constantFrom(...LIMITS, ...LARGE),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const anyList = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...LIMITS) }, anyNumber), { maxLength: 4 });
const anyTypedList = fc
  .array(fc.tuple(fc.constantFrom('', ' ', '  '), fc.constantFrom(...NUMBERS), fc.constantFrom('', ' ')), {
    maxLength: 4,
  })
  .map((parts) => parts.map((part) => part.join('')).join(','));
const anyValue = fc.oneof(
  anyNumber,
  fc.boolean(),
  fc.constantFrom(...TEXTS),
  anyList,
  anyTypedList,
  fc.constantFrom(null, {}),
);

const anySetting = fc
  .constantFrom(...KEYS)
  .chain(({ path }) =>
    fc.tuple(
      fc.constant(path),
      fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...presetValues(path)) }, { weight: 1, arbitrary: anyValue }),
      fc.boolean(),
    ),
  );
const oddities = fc.oneof(
  fc.constantFrom(...SECTIONS).chain((section) => fc.tuple(fc.constant(section), fc.constantFrom(null, 1, 'adam', []))),
  fc.tuple(
    fc.constantFrom('stepz', 'lr', 'optimizer.lrr', 'optimizer.', '.lr', 'optimizerxlr', 'xoptimizer.lr'),
    anyValue,
  ),
);

/** Settings in sections or with a dot, now and then something else. */
const anyDocument: fc.Arbitrary<Document> = fc
  .tuple(
    fc.uniqueArray(anySetting, { maxLength: 4, selector: ([path]) => path }),
    fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: oddities }),
  )
  .map(([settings, odd]) => {
    const document: Record<string, unknown> = odd ? { [odd[0]]: odd[1] } : {};
    for (const [path, value, isDotted] of settings) {
      const [section, name] = path.split('.');
      const inside = document[section];
      if (name === undefined || isDotted) document[path] = value;
      else if (inside === undefined) document[section] = { [name]: value };
      else if (typeof inside === 'object' && inside !== null && !Array.isArray(inside))
        Object.assign(inside, { [name]: value });
    }
    return document;
  });

describe('the JSON Schema accepts a file exactly where the program accepts each of its settings', () => {
  it('by zod', () => {
    // What is given twice is beyond zod: `dependencies`.
    const schema = z.fromJSONSchema({ ...jsonSchema(), dependencies: undefined });
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(anyDocument, (document) => {
        const isRight = isAccepted(document);
        if (isRight) accepted++;
        else refused++;
        expect(schema.safeParse(document).success, JSON.stringify(document)).toBe(isRight);
      }),
      { seed: 17, numRuns: 2000 },
    );
    expect(Math.min(accepted, refused)).toBeGreaterThan(400); // or it would say little
  });

  const python = process.env['UNSTAINED_PYTHON'] ?? 'python3';
  const hasJsonschema = spawnSync(python, ['-c', 'import jsonschema']).status === 0;

  it.skipIf(!hasJsonschema)('by jsonschema (needs jsonschema in python3, or in what UNSTAINED_PYTHON names)', () => {
    const twice = fc.sample(anySetting, { seed: 3, numRuns: 100 }).map(([path, value]) => {
      const [section, name = 'x'] = path.split('.');
      return { [path]: value, [section]: { [name]: value } };
    });
    const documents = [
      null,
      1,
      [],
      {},
      { optimizer: null, 'optimizer.lr': 1 },
      ...twice,
      ...fc.sample(anyDocument, { seed: 19, numRuns: 3000 }),
    ];
    const program = [
      'import json, sys, jsonschema',
      'schema, documents = json.load(sys.stdin)',
      'jsonschema.Draft7Validator.check_schema(schema)',
      'validator = jsonschema.Draft7Validator(schema)',
      'print(json.dumps([validator.is_valid(document) for document in documents]))',
    ].join('\n');
    const { stdout, stderr } = spawnSync(python, ['-c', program], {
      input: JSON.stringify([jsonSchema(), documents]),
      encoding: 'utf8',
      maxBuffer: 1e9,
    });
    expect(stderr).toBe('');
    const valid = JSON.parse(stdout) as boolean[];
    const different = documents.filter((document, i) => valid[i] !== isAccepted(document));
    expect(different).toEqual([]);
  });
});

it('knows every key, and no other', () => {
  const schema = jsonSchema() as { properties: Record<string, { properties?: object }> };
  const paths = Object.entries(schema.properties).flatMap(([name, { properties }]) =>
    properties ? Object.keys(properties).map((inner) => `${name}.${inner}`) : [name],
  );
  expect(paths.sort()).toEqual(KEYS.map(({ path }) => path).sort());
});

it('says words and limits', () => {
  expect(jsonSchema()).toMatchObject({
    properties: {
      loss: { enum: ['mse', 'weighted-mse', 'l1', 'gaussian'] },
      batch: { type: 'integer', minimum: 1, maximum: 4096 },
      average: { type: 'number', minimum: 0, exclusiveMaximum: 1 },
      optimizer: { properties: { lr: { type: 'number', exclusiveMinimum: 0 } } },
    },
  });
});

/** From what was given to every value: command line over YAML over preset. */
import type { Config } from './config.ts';
import { refuseFindings, type Finding } from './finding.ts';
import { PRESETS, type PresetName } from './keys.ts';
import { keyAt, KEYS, type PlacedKey } from './placed-keys.ts';
import { nearest } from './nearest.ts';
import { RULES } from './rules.ts';
import { readYaml, suggestKey, type GivenValue, type YamlText } from './yaml-settings.ts';

/** One setting as text: `optimizer.lr`, `1e-3`. */
export interface Setting {
  readonly key: string;
  readonly value: string;
  /** How it was typed, for messages; `--set KEY` where nothing is said. */
  readonly origin?: string;
}

export interface ConfigInput {
  /** `default`, `laptop` or `paper`; `default` where nothing is said. */
  readonly preset?: string;
  readonly yaml?: YamlText;
  readonly set?: readonly Setting[];
}

export interface ResolvedConfig {
  readonly config: Config;
  /** Paths of the keys that were given, not taken from the preset. */
  readonly explicit: ReadonlySet<string>;
}

/** Every value of a training's settings. Throws UsageError `usage/config` that lists all that is wrong, with its place. */
export function resolveConfig(input: ConfigInput): ResolvedConfig {
  const { preset = 'default' } = input;
  const { given, wrong, findings } = readInput(input);
  const config = fill(isPreset(preset) ? preset : 'default', given);
  const broken: (readonly string[])[] = [];
  for (const { keys, check } of RULES) {
    // A key that is wrong by itself is not blamed again, nor what a broken rule says already; of a preset that is not there
    // nothing can be said.
    if (keys.some((path) => wrong.has(path) || (!isPreset(preset) && !given.has(path)))) continue;
    if (broken.some((earlier) => earlier.every((path) => keys.includes(path)))) continue;
    const finding = check(config);
    if (!finding) continue;
    broken.push(keys);
    const places = keys.flatMap((path) => given.get(path)?.where ?? []);
    findings.push({ where: places.at(-1) ?? `preset ${preset}`, ...finding });
  }
  refuseFindings(findings);
  return { config, explicit: new Set(given.keys()) };
}

/** What was given: each value that is right by itself, the keys of those that are not, and all that is wrong so far. */
export function readInput({ preset = 'default', yaml, set = [] }: ConfigInput): {
  readonly given: ReadonlyMap<string, GivenValue>;
  readonly wrong: ReadonlySet<string>;
  readonly findings: Finding[];
} {
  const findings: Finding[] = [];
  if (!isPreset(preset)) {
    const meant = nearest(preset, PRESETS);
    const remedy = meant ? `Did you mean ${meant}?` : `There are: ${PRESETS.join(', ')}.`;
    findings.push({ where: '--preset', what: `there is no preset ${preset}.`, remedy });
  }
  const fromYaml = yaml ? readYaml(yaml) : { given: [], findings: [] };
  findings.push(...fromYaml.findings);
  const fromSet = readSettings(set, findings);

  const given = new Map<string, GivenValue>();
  const wrong = new Set<string>();
  for (const layer of [fromYaml.given, fromSet]) {
    const inLayer = new Map<string, string>();
    for (const { path, value, where } of layer) {
      const { kind } = keyAt(path)!;
      const earlier = inLayer.get(path);
      inLayer.set(path, where);
      const parsed = kind.schema.safeParse(value);
      if (earlier)
        findings.push({ where, what: `${path} is given twice, first by ${earlier}.`, remedy: 'Leave one out.' });
      else if (parsed.success) given.set(path, { path, value: parsed.data, where });
      else {
        wrong.add(path);
        const meant = typeof value === 'string' ? nearest(value, kind.words ?? []) : null;
        const remedy = `${meant ? `Did you mean ${meant}? ` : ''}It must be ${kind.expected}.`;
        findings.push({ where, what: `${path} is ${written(value)}.`, remedy });
      }
    }
  }
  return { given, wrong, findings };
}

/** `config` with the values of `given` at these keys. */
export function withGiven(config: Config, given: Config, keys: ReadonlySet<string>): Config {
  const all = new Map(
    KEYS.map(({ path }) => [path, { path, value: valueAt(keys.has(path) ? given : config, path), where: '' }]),
  );
  return fill('default', all);
}

/** The value of a key in a configuration. */
export function valueAt(config: Config, path: string): unknown {
  return path.split('.').reduce<unknown>((inside, name) => (inside as Record<string, unknown>)[name], config);
}

function readSettings(set: readonly Setting[], findings: Finding[]): GivenValue[] {
  return set.flatMap(({ key: path, value, origin }) => {
    const where = origin ?? `--set ${path}`;
    const key = keyAt(path);
    if (key) return [{ path, value: key.kind.read(value), where }];
    findings.push({ where, what: `unknown key ${path}.`, remedy: suggestKey(path) });
    return [];
  });
}

/** The given values, and the preset's for the rest. */
function fill(preset: PresetName, given: ReadonlyMap<string, GivenValue>): Config {
  const config: Record<string, unknown> = {};
  // The table has the shape of Config; a preset's function sees the keys above its own, which are filled by then.
  for (const key of KEYS)
    place(
      config,
      key,
      given.has(key.path) ? given.get(key.path)!.value : presetValue(key, preset, config as unknown as Config),
    );
  return config as unknown as Config;
}

function presetValue(key: PlacedKey, preset: PresetName, above: Config): unknown {
  const value =
    preset === 'laptop' && key.laptop !== undefined ? key.laptop : key[preset === 'laptop' ? 'default' : preset];
  return typeof value === 'function' ? value(above) : value;
}

function place(config: Record<string, unknown>, { path }: PlacedKey, value: unknown): void {
  const names = path.split('.');
  const last = names.pop()!;
  let inside = config;
  for (const name of names) inside = (inside[name] ??= {}) as Record<string, unknown>;
  inside[last] = value;
}

/** For a message; a value may be a page, and JSON knows no infinity. */
function written(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value ?? null);
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}

function isPreset(name: string): name is PresetName {
  return (PRESETS as readonly string[]).includes(name);
}

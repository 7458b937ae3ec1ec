/** The settings told to people: YAML with comments, descriptions for help pages. */
import type { Config } from './config.ts';
import { PRESETS, type PresetName } from './keys.ts';
import { KEYS, keysBySection, lastName } from './placed-keys.ts';
import { resolveConfig, valueAt } from './resolve.ts';

/** All values as YAML, a comment a key; `resolveConfig` gives the same values back. */
export function configToYaml(config: Config): string {
  const lines = ['# The settings of a training: every value, also the defaults. Use them again: --config THIS_FILE'];
  for (const [section, keys] of keysBySection()) {
    if (section !== '') lines.push(`${section}:`);
    const indent = section === '' ? '' : '  ';
    for (const key of keys) {
      const setting = `${indent}${lastName(key)}: ${key.kind.toYaml(valueAt(config, key.path))}`;
      lines.push(`${setting.padEnd(28)} # ${key.help}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

export interface KeyDescription {
  readonly path: string;
  /** Its own option, without dashes; null for those that are reached by `--set` only. */
  readonly option: string | null;
  /** Stands for the value: `N`, `Z,Y,X`. */
  readonly placeholder: string;
  readonly help: string;
  /** The value of each preset as it is typed; `32,64,64 (2D: 1,128,128)` where it differs in 2D. */
  readonly presets: Readonly<Record<PresetName, string>>;
}

/** What there is to set, in the order of the table. */
export function describeKeys(): readonly KeyDescription[] {
  const presets = PRESETS.map((preset) => ({
    preset,
    volume: resolveConfig({ preset }).config,
    plane: resolveConfig({ preset, set: [{ key: 'network.dims', value: '2' }] }).config,
  }));
  return KEYS.map((key) => {
    const texts = presets.map(({ preset, volume, plane }) => {
      const [in3D, in2D] = [volume, plane].map((config) => key.kind.format(valueAt(config, key.path)));
      return [preset, in3D === in2D || key.path === 'network.dims' ? in3D : `${in3D} (2D: ${in2D})`];
    });
    return {
      path: key.path,
      option: key.option ?? null,
      placeholder: key.kind.placeholder,
      help: key.help,
      presets: Object.fromEntries(texts) as Record<PresetName, string>,
    };
  });
}

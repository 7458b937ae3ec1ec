/**
 * A training's settings: one table of keys from which the command line, YAML, JSON Schema and help come.
 * Portable; imports `core` only.
 */
export type { Config, Loss, Normalization } from './config.ts';
export { configToYaml, describeKeys } from './describe.ts';
export type { KeyDescription } from './describe.ts';
export { jsonSchema } from './json-schema.ts';
export { PRESETS } from './keys.ts';
export type { PresetName } from './keys.ts';
export { nearest } from './nearest.ts';
export { resolveConfig, withGiven } from './resolve.ts';
export type { ConfigInput, ResolvedConfig, Setting } from './resolve.ts';
export type { YamlText } from './yaml-settings.ts';

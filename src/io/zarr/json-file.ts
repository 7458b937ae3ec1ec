/** The JSON files of a Zarr, and values of which nothing is known. */
import { damaged, unsupported } from '../refusals.ts';
import type { ByteSource, Files } from '../source.ts';
import { isUnstainedError } from '../../core/index.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Consolidated metadata of a large plate have some megabytes. */
const MAX_BYTES = 2 ** 26;

/** The object in a JSON file, or null where there is no such file. Throws ImageError: image/damaged, and what `files` throws. */
export async function readJson(files: Files, path: string): Promise<JsonObject | null> {
  const bytes = await openIfThere(files, path);
  if (!bytes) return null;
  try {
    if (bytes.size > MAX_BYTES)
      throw unsupported(
        path,
        `its ${bytes.size} bytes of metadata are more than is read.`,
        'Save the image again with another program.',
      );
    return parse(await bytes.read(0, bytes.size), path);
  } finally {
    await bytes.close();
  }
}

/** Null where the file is missing; whatever else keeps it from being opened goes up. */
export async function openIfThere(files: Files, path: string): Promise<ByteSource | null> {
  try {
    return await files.open(path);
  } catch (error) {
    if (isUnstainedError(error, 'image/missing')) return null;
    throw error;
  }
}

function parse(bytes: Uint8Array, path: string): JsonObject {
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    try {
      value = JSON.parse(text);
    } catch (error) {
      if (!/NaN|Infinity/.test(text)) throw error;
      value = JSON.parse(withoutNaN(text));
    }
  } catch (cause) {
    throw damaged(path, `this is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
  if (!isObject(value)) throw damaged(path, 'its JSON is not an object.');
  return value;
}

/** Python writes NaN and Infinity, which JSON has not; they become what the formats say in their place, texts. */
function withoutNaN(text: string): string {
  // A text that does not end goes on to the end: a pattern that fails there would be tried again from each quote.
  return text.replace(/"(?:[^"\\]|\\[^])*"?|-?\b(?:NaN|Infinity)\b/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value`, or an empty object where it is none. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The items of a list; none of what is no list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A value from a file as it can stand in a message. */
export function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}

/** A group or an array of a Zarr: what its JSON files say. The real files are read; consolidated copies of them may be old. */
import type { Files } from '../source.ts';
import { damaged, unsupported } from '../refusals.ts';
import { parseArrayV2 } from './array-v2.ts';
import { parseArrayV3 } from './array-v3.ts';
import { objectOf, readJson, shown, type JsonObject } from './json-file.ts';
import type { ZarrArray } from './zarr-array.ts';

export interface ZarrNode {
  readonly path: string;
  readonly attributes: JsonObject;
  /** Null for a group. */
  readonly array: ZarrArray | null;
}

/** The files by which a folder is a Zarr. */
export const METADATA_NAMES: readonly string[] = ['zarr.json', '.zgroup', '.zarray', '.zattrs'];

/** What stands at `path`, or null where it is no Zarr. Throws ImageError: image/unsupported, image/damaged. */
export async function readNode(files: Files, path: string): Promise<ZarrNode | null> {
  const read = (name: string) => readJson(files, files.join(path, name));
  const v3 = await read('zarr.json');
  if (v3) return parseV3(v3, path, files.join(path, 'zarr.json'));
  const array = await read('.zarray');
  const group = array ? null : await read('.zgroup');
  requireVersion2(array ?? group, path);
  const attributes = await read('.zattrs');
  if (!array && !group && !attributes) return null;
  const file = files.join(path, '.zarray');
  return { path, attributes: attributes ?? {}, array: array && parseArrayV2(array, attributes ?? {}, path, file) };
}

function parseV3(json: JsonObject, path: string, file: string): ZarrNode {
  const { zarr_format: version, node_type: type } = json;
  if (version !== 3) throw otherVersion(file, version);
  if (type !== 'group' && type !== 'array') throw damaged(file, `its node_type is ${shown(type)}.`);
  const attributes = objectOf(json['attributes']);
  return { path, attributes, array: type === 'array' ? parseArrayV3(json, path, file) : null };
}

function requireVersion2(json: JsonObject | null, path: string): void {
  if (json && json['zarr_format'] !== 2) throw otherVersion(path, json['zarr_format']);
}

function otherVersion(file: string, version: unknown) {
  return unsupported(
    file,
    `this is Zarr of version ${shown(version)}; 2 and 3 are read.`,
    'Save it again as Zarr 2 or 3.',
  );
}

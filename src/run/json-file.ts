/** A JSON file of a run's folder: checked when it is written and when it is read, so that its schema holds. */
import type { z } from 'zod';
import { ModelError } from '../core/index.ts';

export interface JsonFile<T> {
  /** Indented, for people. Throws where `value` breaks its own schema (a NaN would become null). */
  encode(value: T): Uint8Array<ArrayBuffer>;
  /** Throws ModelError model/damaged naming `file` and every field that is wrong. Unknown fields are left out. */
  decode(bytes: Uint8Array, file: string): T;
}

export function jsonFile<T>(schema: z.ZodType<T>): JsonFile<T> {
  return {
    encode: (value) => new TextEncoder().encode(`${JSON.stringify(schema.parse(value), null, 2)}\n`),
    decode(bytes, file) {
      let value: unknown;
      try {
        value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      } catch (cause) {
        throw damaged(file, 'it is not JSON', cause);
      }
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      const fields = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
      throw damaged(file, fields.slice(0, 10).join('; '));
    },
  };
}

function damaged(file: string, how: string, cause?: unknown): ModelError {
  return new ModelError('model/damaged', {
    file,
    cause,
    what: `${file} cannot be used: ${how}.`,
    why: 'What the run was made of and how far it is cannot be told without it.',
    remedy: 'Restore it from a copy, or train into another folder.',
  });
}

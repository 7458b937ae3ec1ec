/** zlib streams by node:zlib, which inflates in threads of its own: several at once take several processors. */
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { Inflate } from '../codec/index.ts';

const inflated = promisify<Uint8Array, { maxOutputLength: number; chunkSize: number }, Buffer>(inflate);
const LEAST_CHUNK = 64;
const MOST_CHUNK = 2 ** 24;

/** As `inflateZlib` of `codec`, which says what it throws. */
export const inflateInThreads: Inflate = async (bytes, maxLength) => {
  // In one go: a chunk that is just full makes zlib ask for another.
  const chunkSize = Math.min(maxLength + LEAST_CHUNK, MOST_CHUNK);
  const { buffer, byteOffset, length } = await inflated(bytes, { maxOutputLength: maxLength, chunkSize });
  const view = new Uint8Array(buffer as ArrayBuffer, byteOffset, length); // never shared between threads
  return byteOffset === 0 ? view : view.slice();
};

/**
 * Fields of Protocol Buffers messages (https://protobuf.dev/programming-guides/encoding/), for the few messages that need no
 * generated code: a message is its fields' bytes one after the other.
 */
import { joinBytes } from './join-bytes.ts';

const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH_FIRST = 2;
const FOUR_BYTES = 5;

/** An int32, int64, bool or enum: a whole number from 0 to 2^53. */
export function integerField(field: number, value: number): Uint8Array {
  return joinBytes([key(field, VARINT), varint(value)]);
}

export function doubleField(field: number, value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value, true);
  return joinBytes([key(field, EIGHT_BYTES), new Uint8Array(bytes.buffer)]);
}

export function floatField(field: number, value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setFloat32(0, value, true);
  return joinBytes([key(field, FOUR_BYTES), new Uint8Array(bytes.buffer)]);
}

/** Text, bytes, or a message within the message, given as its fields. */
export function bytesField(field: number, value: string | Uint8Array | readonly Uint8Array[]): Uint8Array {
  const bytes =
    typeof value === 'string'
      ? new TextEncoder().encode(value)
      : value instanceof Uint8Array
        ? value
        : joinBytes(value);
  return joinBytes([key(field, LENGTH_FIRST), varint(bytes.length), bytes]);
}

function key(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}

/** Seven bits a byte, the lowest first; all but the last byte have their highest bit set. */
function varint(value: number): Uint8Array {
  const bytes = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

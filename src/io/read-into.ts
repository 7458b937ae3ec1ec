/** Bytes into memory that is there already, from sources that can do so and from others. */
import type { ByteSource } from './source.ts';

/** Fills `target` with the bytes from `offset`, and returns it. Throws what `ByteSource.read` throws. */
export async function readInto(
  bytes: ByteSource,
  offset: number,
  target: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes.readInto) await bytes.readInto(offset, target);
  else target.set(await bytes.read(offset, target.length));
  return target;
}

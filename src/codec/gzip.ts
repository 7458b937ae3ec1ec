/** gzip (RFC 1952: Deflate with a CRC-32 and the length) by the platform's own streams, within bounds as `inflateZlib`. */
import { pump } from './zlib.ts';

/** What `bytes` inflate to. Throws Error where they are damaged, cut, or longer than `maxLength`. */
export async function inflateGzip(bytes: Uint8Array, maxLength: number): Promise<Uint8Array<ArrayBuffer>> {
  return pump(bytes, new DecompressionStream('gzip'), maxLength);
}

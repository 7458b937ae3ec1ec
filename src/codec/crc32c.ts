/** CRC-32C (Castagnoli), as Zarr's shard indexes and iSCSI (RFC 3720) have it: reflected polynomial 0x82f63b78. */
import { crcBy } from './crc32.ts';

/** The checksum of `bytes`, an unsigned 32-bit number. */
export const crc32c: (bytes: Uint8Array) => number = crcBy(0x82f63b78);

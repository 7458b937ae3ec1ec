/** CRC-32 (IEEE 802.3), as ZIP, gzip and PNG have it: reflected polynomial 0xedb88320. And how any CRC of 32 bits is made. */
export const crc32: (bytes: Uint8Array) => number = crcBy(0xedb88320);

/** The checksum by a reflected polynomial: of bytes an unsigned 32-bit number. */
export function crcBy(polynomial: number): (bytes: Uint8Array) => number {
  const table = Int32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
    return remainder;
  });
  return (bytes) => {
    // Signed numbers and a counted loop: three times as fast.
    let crc = -1;
    for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]) & 0xff];
    return ~crc >>> 0;
  };
}

import { expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';

it.each([
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 times 255', new Uint8Array(32).fill(255), 0x62a8ab43],
  ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ['123456789', new TextEncoder().encode('123456789'), 0xe3069283],
])('CRC-32C of %s is what RFC 3720 lists', (_, bytes, sum) => expect(crc32c(bytes)).toBe(sum));

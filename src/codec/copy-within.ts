/**
 * What the Lempel-Ziv formats copy: `length` bytes of `out` that lie `offset` before `at`, to `at`. They may overlap: then
 * what was just copied is copied again. Throws Error where they begin before `out` or end behind it.
 */
export function copyWithin(out: Uint8Array, at: number, offset: number, length: number): void {
  if (offset < 1 || offset > at || length > out.length - at)
    throw new Error(`${length} bytes from ${offset} before byte ${at} of ${out.length} cannot be copied`);
  const from = at - offset;
  if (offset === 1) out.fill(out[from], at, at + length);
  else if (offset >= length && length > 32) out.copyWithin(at, from, from + length);
  else for (let i = 0; i < length; i++) out[at + i] = out[from + i];
}

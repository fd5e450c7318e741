/** A short name for what something was made from: FNV-1a, 64 bits, in base 36. Not for secrets. */
export function fingerprintOf(text: string): string {
  const prime = 0x1_00_00_00_01_b3n;
  let hash = 0xcb_f2_9c_e4_84_22_23_25n;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= BigInt(text.charCodeAt(index));
    hash = BigInt.asUintN(64, hash * prime);
  }
  return hash.toString(36).padStart(13, '0').slice(-10);
}

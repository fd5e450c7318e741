/**
 * When a file begins: the time of its first cluster, which is in milliseconds, as matroskamux writes it (RFC 9559: Cluster, and its
 * Timestamp, the first element in it).
 */
const cluster = [0x1f, 0x43, 0xb6, 0x75];
const timestamp = 0xe7;

/** @param head the first bytes of the file. Undefined: no cluster is in them, so no media. */
export function matroskaStartMs(head: Uint8Array): number | undefined {
  const at = head.findIndex((_, i) => cluster.every((byte, j) => head[i + j] === byte));
  if (at < 0) return undefined;
  const sizeAt = at + cluster.length;
  const timestampAt = sizeAt + sizeLength(head[sizeAt]);
  const length = (head[timestampAt + 1] ?? 0) & 0x7f;
  if (head[timestampAt] !== timestamp || length > 6) return undefined;
  const bytes = head.subarray(timestampAt + 2, timestampAt + 2 + length);
  return bytes.length < length ? undefined : bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** Of a number of variable length: as many bytes as its first has leading zeros, and one. */
function sizeLength(first = 0): number {
  return Math.clz32(first) - 24 + 1;
}

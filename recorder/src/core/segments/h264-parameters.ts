/**
 * The sequence parameter set that an H.264 packet carries (RFC 6184: alone, or in a STAP-A). A Matroska file has one for the whole of it,
 * so another one, as for another size, begins another file.
 */
const sps = 7;
const stapA = 24;

/** @param payload of an RTP packet. Undefined: it carries none. */
export function h264ParameterSet(payload: Uint8Array): Uint8Array | undefined {
  const type = nalType(payload[0]);
  if (type === sps) return payload;
  if (type !== stapA) return undefined;
  let at = 1;
  while (at + 2 < payload.length) {
    const length = (payload[at] ?? 0) * 256 + (payload[at + 1] ?? 0);
    if (nalType(payload[at + 2]) === sps) return payload.subarray(at + 2, at + 2 + length);
    at += 2 + length;
  }
  return undefined;
}

function nalType(first = 0): number {
  return first & 0x1f;
}

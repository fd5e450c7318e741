/** The header of an RTP packet (RFC 3550, 5.1), as far as a recording needs it. */
export interface RtpPacket {
  /** 16 bits. */
  readonly sequence: number;
  /** 32 bits, of the codec's clock. */
  readonly timestamp: number;
  readonly ssrc: number;
  /** The whole packet, header and all. */
  readonly bytes: Uint8Array;
  readonly payloadBytes: number;
}

const headerBytes = 12;

/** Undefined: not RTP, or cut off. */
export function parseRtpPacket(bytes: Uint8Array): RtpPacket | undefined {
  if (bytes.length < headerBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint8(0);
  if (first >> 6 !== 2) return undefined;
  let payloadAt = headerBytes + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (bytes.length < payloadAt + 4) return undefined;
    payloadAt += 4 + 4 * view.getUint16(payloadAt + 2);
  }
  const padding = (first & 0x20) === 0 ? 0 : view.getUint8(bytes.length - 1);
  const payloadBytes = bytes.length - payloadAt - padding;
  if (payloadBytes < 0) return undefined;
  return { sequence: view.getUint16(2), timestamp: view.getUint32(4), ssrc: view.getUint32(8), bytes, payloadBytes };
}

/** Consumes a producer of a router and keeps what came. */
import { getSupportedRtpCapabilities, type types } from 'mediasoup';

export interface RtpSink {
  readonly consumer: types.Consumer;
  readonly packets: readonly SunkPacket[];
  /** Sequence numbers that are missing between the first and the last packet. */
  lost(): number;
  /** The width in the last key frame (VP8). */
  lastWidth(): number | undefined;
  close(): void;
}

export interface SunkPacket {
  readonly sequence: number;
  readonly bytes: number;
}

export async function consumeRtp(router: types.Router, producerId: string, paused = false): Promise<RtpSink> {
  const transport = await router.createDirectTransport();
  const { codecs = [], headerExtensions = [] } = getSupportedRtpCapabilities();
  const rtpCapabilities = {
    codecs: codecs.map((codec, index) => ({
      ...codec,
      preferredPayloadType: codec.preferredPayloadType ?? 100 + index,
    })),
    headerExtensions,
  };
  const consumer = await transport.consume({ producerId, rtpCapabilities, paused });
  const packets: SunkPacket[] = [];
  let width: number | undefined;
  consumer.on('rtp', (packet) => {
    packets.push({ sequence: packet.readUInt16BE(2), bytes: packet.length });
    width = keyFrameWidth(packet) ?? width;
  });
  return {
    consumer,
    packets,
    lost(): number {
      const [first] = packets;
      const offsets = packets.map(({ sequence }) => (sequence - (first?.sequence ?? 0)) & 0xffff);
      return Math.max(-1, ...offsets) + 1 - new Set(offsets).size;
    },
    lastWidth: () => width,
    close: () => transport.close(),
  };
}

/** RFC 7741: past the header and the descriptor, a key frame has its start code and its width. */
function keyFrameWidth(packet: Buffer): number | undefined {
  const at = packet.indexOf(Buffer.from([0x9d, 0x01, 0x2a]), 12);
  return at < 0 || at + 5 > packet.length ? undefined : packet.readUInt16LE(at + 3) & 0x3fff;
}

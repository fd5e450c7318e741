/**
 * The GStreamer Data Protocol, version 1.0: buffers with their times, in a pipe to `gdpdepay`. A header of 62 bytes, big endian, then
 * the payload (gst-plugins-bad, gst/gdp/dataprotocol.c). Its checksums are left out: a pipe loses nothing.
 */
const headerBytes = 62;
const payload = { buffer: 1, caps: 2, event: 64 } as const;
/** GstEventType, as events are numbered in the protocol. */
const events = { streamStart: 10_254, segment: 17_934 } as const;
const none = 0xffff_ffff_ffff_ffffn;

/** What a stream begins with. @param caps as GStreamer writes them, such as `application/x-rtp, media=video`. */
export function gdpStart(caps: string): Buffer {
  return Buffer.concat([
    event(events.streamStart, 'GstEventStreamStart, stream-id=(string)track;'),
    text(payload.caps, caps),
    event(
      events.segment,
      'GstEventSegment, segment=(GstSegment)"segment, flags=(GstSegmentFlags)GST_SEGMENT_FLAG_NONE, rate=(double)1, applied-rate=(double)1, format=(GstFormat)time, base=(guint64)0, offset=(guint64)0, start=(guint64)0, stop=(guint64)18446744073709551615, time=(guint64)0, position=(guint64)0, duration=(guint64)18446744073709551615;";',
    ),
  ]);
}

export interface GdpBuffer {
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

/** The header of a buffer; its bytes follow. */
export function gdpHeader({ bytes, atMs }: GdpBuffer): Buffer {
  const written = header(payload.buffer, bytes.length);
  written.writeBigUInt64BE(BigInt(Math.round(atMs * 1_000)) * 1_000n, 10);
  written.writeBigUInt64BE(none, 18);
  written.writeBigUInt64BE(none, 26);
  written.writeBigUInt64BE(none, 34);
  written.writeBigUInt64BE(none, 44);
  return written;
}

function event(type: number, structure: string): Buffer {
  const written = text(payload.event + type, structure);
  written.writeBigUInt64BE(none, 10);
  return written;
}

function text(type: number, content: string): Buffer {
  const bytes = Buffer.from(`${content}\0`);
  return Buffer.concat([header(type, bytes.length), bytes]);
}

function header(type: number, length: number): Buffer {
  const written = Buffer.alloc(headerBytes);
  written.writeUInt8(1, 0);
  written.writeUInt16BE(type, 4);
  written.writeUInt32BE(length, 6);
  return written;
}

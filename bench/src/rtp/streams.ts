/** RTP as clients send it: Opus voice of 20 ms, and VP8 pictures that begin with a key frame every two seconds. */
import { randomInt } from 'node:crypto';
import type { RtpPacket } from './srtp.js';

export interface RtpStream {
  readonly kind: 'audio' | 'video';
  readonly ssrc: number;
  /** mediasoup's RtpParameters, as its client would give them. */
  readonly rtpParameters: object;
  next(): RtpPacket;
}

const payloadType = { opus: 111, vp8: 96 } as const;
const opusBytes = 100;
const vp8Bytes = 1_100;

export function createOpusStream(): RtpStream {
  const ssrc = randomSsrc();
  const header = createHeaders(payloadType.opus, ssrc);
  const payload = Buffer.alloc(opusBytes, 0x55);
  return {
    kind: 'audio',
    ssrc,
    rtpParameters: {
      mid: '0',
      codecs: [
        {
          mimeType: 'audio/opus',
          payloadType: payloadType.opus,
          clockRate: 48_000,
          channels: 2,
          parameters: {},
          rtcpFeedback: [],
        },
      ],
      headerExtensions: [],
      encodings: [{ ssrc }],
      rtcp: { cname: `bench-${ssrc}` },
    },
    next: () => ({ header: header({ step: 960, marker: false }), payload }),
  };
}

/** @param packetsPerFrame and so the bitrate: a packet has 1,100 bytes. */
export function createVp8Stream(packetsPerFrame: number, framesPerKeyFrame: number): RtpStream {
  const ssrc = randomSsrc();
  const header = createHeaders(payloadType.vp8, ssrc);
  let count = 0;
  return {
    kind: 'video',
    ssrc,
    rtpParameters: {
      mid: '1',
      codecs: [
        {
          mimeType: 'video/VP8',
          payloadType: payloadType.vp8,
          clockRate: 90_000,
          parameters: {},
          rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }],
        },
      ],
      headerExtensions: [],
      encodings: [{ ssrc }],
      rtcp: { cname: `bench-${ssrc}` },
    },
    next: () => {
      const within = count % packetsPerFrame;
      const frame = Math.floor(count / packetsPerFrame);
      count += 1;
      const payload = Buffer.alloc(vp8Bytes, 0xaa);
      writeVp8Descriptor(payload, { frame, starts: within === 0, isKey: frame % framesPerKeyFrame === 0 });
      return { header: header({ step: within === 0 ? 3_000 : 0, marker: within === packetsPerFrame - 1 }), payload };
    },
  };
}

/** RFC 7741, with a 15-bit picture id; then the first byte of VP8's own header, whose lowest bit is 0 in key frames. */
function writeVp8Descriptor(payload: Buffer, frame: { frame: number; starts: boolean; isKey: boolean }): void {
  payload.writeUInt8(0x80 | (frame.starts ? 0x10 : 0), 0);
  payload.writeUInt8(0x80, 1);
  payload.writeUInt16BE(0x8000 | (frame.frame & 0x7fff), 2);
  payload.writeUInt8(frame.isKey ? 0x10 : 0x11, 4);
}

function createHeaders(type: number, ssrc: number): (packet: { step: number; marker: boolean }) => Buffer {
  let sequence = randomInt(1_000);
  let timestamp = randomInt(1_000_000);
  return ({ step, marker }) => {
    timestamp = (timestamp + step) >>> 0;
    sequence = (sequence + 1) & 0xffff;
    const header = Buffer.alloc(12);
    header.writeUInt8(0x80, 0);
    header.writeUInt8(type | (marker ? 0x80 : 0), 1);
    header.writeUInt16BE(sequence, 2);
    header.writeUInt32BE(timestamp, 4);
    header.writeUInt32BE(ssrc, 8);
    return header;
  };
}

function randomSsrc(): number {
  return randomInt(1, 0x7fff_ffff);
}

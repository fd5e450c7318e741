/** What a browser would send: capabilities, RTP and DTLS parameters. */
import { getSupportedRtpCapabilities, type types } from 'mediasoup';

export const clientCapabilities: string = JSON.stringify({
  codecs: getSupportedRtpCapabilities().codecs?.map((codec, index) => ({
    ...codec,
    preferredPayloadType: codec.preferredPayloadType ?? 100 + index,
  })),
  headerExtensions: getSupportedRtpCapabilities().headerExtensions,
});

let nextSsrc = 1_000;

export function opusParameters(): types.RtpParameters {
  return {
    mid: `a${(nextSsrc += 1)}`,
    codecs: [
      { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters: {}, rtcpFeedback: [] },
    ],
    headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: 6 }],
    encodings: [{ ssrc: nextSsrc }],
    rtcp: { cname: 'test' },
  };
}

/** Three simulcast layers. */
export function vp8Parameters(): types.RtpParameters {
  return {
    mid: `v${(nextSsrc += 1)}`,
    codecs: [
      { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters: {}, rtcpFeedback: [{ type: 'nack' }] },
      { mimeType: 'video/rtx', payloadType: 97, clockRate: 90_000, parameters: { apt: 96 }, rtcpFeedback: [] },
    ],
    headerExtensions: [
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 1 },
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', id: 2 },
    ],
    encodings: ['r0', 'r1', 'r2'].map((rid) => ({ rid, scalabilityMode: 'L1T3' })),
    rtcp: { cname: 'test' },
  };
}

export const dtlsParameters: string = JSON.stringify({
  role: 'client',
  fingerprints: [
    {
      algorithm: 'sha-256',
      value: Array.from({ length: 32 }, () => 'AB').join(':'),
    },
  ],
});

/**
 * mediasoup's structures as they cross the socket: checked for shape and bounded here; mediasoup itself judges their meaning.
 * Their types fit mediasoup-client's.
 */
import { z } from 'zod';

const token = z.string().max(256);
const byte = z.int().min(0).max(255);
const uint32 = z.int().min(0).max(0xffff_ffff);
const codecParameters = z.record(z.string().max(64), z.unknown());

export const mediaKind = z.enum(['audio', 'video']);
export type MediaKind = z.infer<typeof mediaKind>;

const rtcpFeedback = z.object({ type: token, parameter: token.exactOptional() });

const rtpCodecCapability = z.object({
  kind: mediaKind,
  mimeType: token,
  preferredPayloadType: byte,
  clockRate: uint32,
  channels: byte.exactOptional(),
  parameters: codecParameters.exactOptional(),
  rtcpFeedback: z.array(rtcpFeedback).max(16).exactOptional(),
});

const rtpHeaderExtension = z.object({
  kind: mediaKind,
  uri: token,
  preferredId: byte,
  preferredEncrypt: z.boolean().exactOptional(),
  direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).exactOptional(),
});

export const rtpCapabilities = z
  .object({
    codecs: z.array(rtpCodecCapability).max(64).exactOptional(),
    headerExtensions: z.array(rtpHeaderExtension).max(64).exactOptional(),
  })
  .describe("mediasoup's RtpCapabilities: what an endpoint can receive.");
export type RtpCapabilities = z.infer<typeof rtpCapabilities>;

const rtpCodecParameters = z.object({
  mimeType: token,
  payloadType: byte,
  clockRate: uint32,
  channels: byte.exactOptional(),
  parameters: codecParameters.exactOptional(),
  rtcpFeedback: z.array(rtcpFeedback).max(16).exactOptional(),
});

const networkPriority = z.enum(['very-low', 'low', 'medium', 'high']);

const rtpEncoding = z.object({
  active: z.boolean().exactOptional(),
  ssrc: uint32.exactOptional(),
  rid: z.string().max(16).exactOptional(),
  codecPayloadType: byte.exactOptional(),
  rtx: z.object({ ssrc: uint32 }).exactOptional(),
  dtx: z.boolean().exactOptional(),
  scalabilityMode: z.string().max(32).exactOptional(),
  scaleResolutionDownBy: z.number().min(1).max(64).exactOptional(),
  maxBitrate: z.number().min(0).exactOptional(),
  maxFramerate: z.number().min(0).exactOptional(),
  adaptivePtime: z.boolean().exactOptional(),
  priority: networkPriority.exactOptional(),
  networkPriority: networkPriority.exactOptional(),
});

export const rtpParameters = z
  .object({
    mid: z.string().max(32).exactOptional(),
    codecs: z.array(rtpCodecParameters).min(1).max(16),
    headerExtensions: z
      .array(
        z.object({
          uri: token,
          id: byte,
          encrypt: z.boolean().exactOptional(),
          parameters: codecParameters.exactOptional(),
        }),
      )
      .max(32)
      .exactOptional(),
    encodings: z.array(rtpEncoding).max(8).exactOptional(),
    rtcp: z
      .object({
        cname: token.exactOptional(),
        reducedSize: z.boolean().exactOptional(),
        mux: z.boolean().exactOptional(),
      })
      .exactOptional(),
    msid: token.exactOptional(),
  })
  .describe("mediasoup's RtpParameters of one producer or consumer.");
export type RtpParameters = z.infer<typeof rtpParameters>;

export const dtlsParameters = z
  .object({
    role: z.enum(['auto', 'client', 'server']).exactOptional(),
    fingerprints: z
      .array(
        z.object({
          algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
          value: z.string().max(256),
        }),
      )
      .min(1)
      .max(8),
  })
  .describe("mediasoup's DtlsParameters.");
export type DtlsParameters = z.infer<typeof dtlsParameters>;

export const iceParameters = z
  .object({ usernameFragment: token, password: token, iceLite: z.boolean().exactOptional() })
  .describe("mediasoup's IceParameters.");
export type IceParameters = z.infer<typeof iceParameters>;

const iceCandidate = z.object({
  foundation: token,
  priority: uint32,
  address: token,
  ip: token,
  protocol: z.enum(['udp', 'tcp']),
  port: z.int().min(0).max(65_535),
  type: z.enum(['host', 'srflx', 'prflx', 'relay']),
  tcpType: z.enum(['active', 'passive', 'so']).exactOptional(),
});

const sctpParameters = z.object({
  port: uint32,
  maxSendMessageSize: uint32,
  maxReceiveMessageSize: uint32,
});

export const sctpStreamParameters = z
  .object({
    streamId: z.int().min(0).max(65_535).exactOptional(),
    ordered: z.boolean().exactOptional(),
    maxPacketLifeTime: uint32.exactOptional(),
    maxRetransmits: uint32.exactOptional(),
  })
  .describe("mediasoup's SctpStreamParameters of one data channel.");
export type SctpStreamParameters = z.infer<typeof sctpStreamParameters>;

export const transportOptions = z
  .object({
    id: token,
    iceParameters,
    iceCandidates: z.array(iceCandidate),
    dtlsParameters,
    sctpParameters: sctpParameters.exactOptional(),
  })
  .describe("What mediasoup-client's createSendTransport and createRecvTransport take.");
export type TransportOptions = z.infer<typeof transportOptions>;

export const iceServer = z
  .object({
    urls: z.union([z.string(), z.array(z.string())]),
    username: z.string().exactOptional(),
    credential: z.string().exactOptional(),
  })
  .describe('RTCIceServer of the browser.');
export type IceServer = z.infer<typeof iceServer>;

export const layers = z
  .object({ spatial: z.int().min(0).max(15), temporal: z.int().min(0).max(15).exactOptional() })
  .describe('Spatial and temporal layer, from 0.');
export type Layers = z.infer<typeof layers>;

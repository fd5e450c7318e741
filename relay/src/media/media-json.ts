/** mediasoup's structures as they come in: bounded JSON, checked for shape here and for sense by mediasoup itself. */
import { RpcError } from '@parley/proto/rpc-error.js';
import type { types } from 'mediasoup';
import { z } from 'zod';

export interface MediaJson {
  rtpCapabilities(json: string): types.RtpCapabilities;
  rtpParameters(json: string): types.RtpParameters;
  dtlsParameters(json: string): types.DtlsParameters;
  sctpStreamParameters(json: string): types.SctpStreamParameters;
}

const maxList = 256;
const records = z.array(z.looseObject({})).max(maxList);
const rtpCapabilities = z.looseObject({ codecs: records.optional(), headerExtensions: records.optional() });
const rtpParameters = z.looseObject({
  mid: z.string().max(32).optional(),
  codecs: records.min(1),
  headerExtensions: records.optional(),
  encodings: records.optional(),
  rtcp: z.looseObject({}).optional(),
});
const dtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z
    .array(
      z.object({
        algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
        value: z.string().max(255),
      }),
    )
    .min(1)
    .max(16),
});
const sctpStreamParameters = z.object({
  streamId: z.int().min(0).max(65_535),
  ordered: z.boolean().optional(),
  maxPacketLifeTime: z.int().min(0).max(65_535).optional(),
  maxRetransmits: z.int().min(0).max(65_535).optional(),
});

/** @param maxBytes of each JSON text. */
export function createMediaJson(maxBytes: number): MediaJson {
  const parse = <S extends z.ZodType>(what: string, schema: S, json: string): z.output<S> => {
    if (Buffer.byteLength(json) > maxBytes) throw invalid(`${what} takes more than ${maxBytes} bytes`);
    const result = schema.safeParse(decode(what, json));
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    throw invalid(`${what}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}`);
  };
  return {
    rtpCapabilities: (json) =>
      parse('rtp_capabilities_json', rtpCapabilities, json) as unknown as types.RtpCapabilities,
    rtpParameters: (json) => parse('rtp_parameters_json', rtpParameters, json) as unknown as types.RtpParameters,
    dtlsParameters: (json) => parse('dtls_parameters_json', dtlsParameters, json) as types.DtlsParameters,
    sctpStreamParameters: (json) =>
      parse('sctp_stream_parameters_json', sctpStreamParameters, json) as types.SctpStreamParameters,
  };
}

function decode(what: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw invalid(`${what} is not JSON`, error);
  }
}

function invalid(message: string, cause?: unknown): RpcError {
  return new RpcError('INVALID_ARGUMENT', message, { cause });
}

/** What mediasoup threw: its refusals of a client's parameters become INVALID_ARGUMENT. */
export function refusedByMedia(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  switch (name) {
    case 'WorkerClosedError':
      return new RpcError('FAILED_PRECONDITION', 'MediaReset: the media worker died; join again', { cause: error });
    case 'NotFoundError':
      return new RpcError('NOT_FOUND', message, { cause: error });
    default:
      return new RpcError('INVALID_ARGUMENT', message, { cause: error });
  }
}

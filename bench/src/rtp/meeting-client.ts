/** A participant without a browser: joins over a node's Media service, and sends or drains media over real transports. */
import { randomUUID } from 'node:crypto';
import type { Transport } from '@parley/proto/gen/parley/v1/media_pb.js';
import { MediaKind, TransportDirection } from '@parley/proto/gen/parley/v1/media_pb.js';
import { z } from 'zod';
import type { LocalNode } from '../process/local-node.js';
import type { DtlsIdentity } from './dtls-identity.js';
import type { SrtpSuite } from './srtp.js';
import type { RtpStream } from './streams.js';
import { connectTransport, type TransportClient } from './transport-client.js';

export interface MeetingClient {
  readonly id: string;
  /** @returns the producer's id. */
  produce(stream: RtpStream): Promise<string>;
  consume(producerIds: readonly string[]): Promise<void>;
  /** Each is connected when it is first asked for. */
  sendTransport(): Promise<TransportClient>;
  receiveTransport(): Promise<TransportClient>;
  leave(): Promise<void>;
}

export interface MeetingClientInit {
  readonly node: LocalNode;
  readonly meetingId: string;
  readonly suite: SrtpSuite;
  readonly identity: DtlsIdentity;
}

const call = { deadlineMs: 10_000 };
const iceParameters = z.object({ usernameFragment: z.string(), password: z.string() });
const iceCandidates = z.array(z.object({ address: z.string(), port: z.number(), protocol: z.string() }));

/** Whoever joins must be watched by its replica, or it counts as detached. */
export function watchRoom(node: LocalNode, meetingId: string): () => void {
  const end = new AbortController();
  const run = async (): Promise<void> => {
    const watch = { meetingId, signalingId: 'bench' };
    const events = node.media.watchRoom(watch, { idleTimeoutMs: 60_000, signal: end.signal });
    const iterator = events[Symbol.asyncIterator]();
    while ((await iterator.next()).done !== true);
  };
  run().catch((error: unknown) => {
    if (!end.signal.aborted) throw error;
  });
  return () => end.abort();
}

export async function joinMeeting({ node, meetingId, suite, identity }: MeetingClientInit): Promise<MeetingClient> {
  const id = randomUUID();
  const who = { meetingId, participantId: id };
  const joined = await node.media.join(
    {
      meetingId,
      signalingId: 'bench',
      participant: { id, name: id, joinedAtMs: Date.now() },
      rtpCapabilitiesJson: JSON.stringify(rtpCapabilities),
    },
    call,
  );
  const open = async (transport: Transport | undefined, direction: TransportDirection): Promise<TransportClient> => {
    if (transport === undefined) throw new Error('the node gave no transport');
    const fingerprints = [{ algorithm: 'sha-256', value: identity.fingerprint }];
    const dtlsParametersJson = JSON.stringify({ role: 'client', fingerprints });
    await node.media.connectTransport({ ...who, direction, dtlsParametersJson }, call);
    return connectTransport({ server: serverOf(transport), suite, identity });
  };
  let send: Promise<TransportClient> | undefined;
  let receive: Promise<TransportClient> | undefined;
  return {
    id,
    sendTransport: () => (send ??= open(joined.send, TransportDirection.SEND)),
    receiveTransport: () => (receive ??= open(joined.receive, TransportDirection.RECEIVE)),
    produce: async (stream) => {
      const producerId = randomUUID();
      const kind = stream.kind === 'audio' ? MediaKind.AUDIO : MediaKind.VIDEO;
      const source = stream.kind === 'audio' ? 'microphone' : 'camera';
      await node.media.produce(
        { ...who, producerId, kind, source, rtpParametersJson: JSON.stringify(stream.rtpParameters) },
        call,
      );
      return producerId;
    },
    consume: async (producerIds) => {
      const items = producerIds.map((producerId) => ({ producerId, consumerId: randomUUID(), unpaused: true }));
      const { results } = await node.media.consume({ ...who, items }, call);
      for (const { outcome } of results)
        if (outcome.case !== 'consumer') throw new Error(outcome.value?.message ?? 'no consumer');
    },
    leave: async () => {
      (await send)?.close();
      (await receive)?.close();
      await node.media.leave(who, call);
    },
  };
}

function serverOf(transport: Transport): Parameters<typeof connectTransport>[0]['server'] {
  const candidate = iceCandidates
    .parse(JSON.parse(transport.iceCandidatesJson))
    .find(({ protocol }) => protocol === 'udp');
  if (candidate === undefined) throw new Error('the node gave no UDP candidate');
  return {
    ice: iceParameters.parse(JSON.parse(transport.iceParametersJson)),
    address: candidate.address,
    port: candidate.port,
  };
}

const feedback = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }];
export const rtpCapabilities: object = {
  codecs: [
    {
      kind: 'audio',
      mimeType: 'audio/opus',
      preferredPayloadType: 100,
      clockRate: 48_000,
      channels: 2,
      parameters: {},
      rtcpFeedback: [],
    },
    {
      kind: 'video',
      mimeType: 'video/VP8',
      preferredPayloadType: 101,
      clockRate: 90_000,
      parameters: {},
      rtcpFeedback: feedback,
    },
  ],
  headerExtensions: [],
};

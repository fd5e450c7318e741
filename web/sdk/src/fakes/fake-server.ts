/** A signaling server in memory, as the session's socket port sees it. It answers with the protocol's own shapes. */
import {
  clientMessage,
  type ClientMessage,
  type ClientMessageType,
} from '@parley/signaling/protocol/client-messages.js';
import type { ErrorCode } from '@parley/signaling/protocol/error-codes.js';
import type { Consumer, Welcome } from '@parley/signaling/protocol/responses.js';
import type { Participant, Producer } from '@parley/signaling/protocol/roster.js';
import type { ServerEvent } from '@parley/signaling/protocol/server-messages.js';
import { generateRouterRtpCapabilities, generateTransportRemoteParameters } from 'mediasoup-client/fakeParameters';
import type { OpenSocket, SocketHandlers } from '../session/socket.js';

export interface FakeServer {
  readonly openSocket: OpenSocket;
  /** Every request, in order. */
  readonly requests: ClientMessage[];
  participants: Participant[];
  producers: Producer[];
  recording: boolean;
  /** By producer: what a consume makes of it. */
  readonly consumers: Map<string, Consumer>;
  /** Producers that it can receive nothing of. */
  readonly strange: Set<string>;
  /** While set, sockets close at once. */
  down: boolean;
  /** Request types that get no answer, or an error. */
  readonly silentOn: Set<ClientMessageType>;
  readonly failOn: Map<ClientMessageType, ErrorCode>;
  readonly sockets: number;
  requestsOf<T extends ClientMessageType>(type: T): Extract<ClientMessage, { type: T }>[];
  send(event: ServerEvent): void;
  /** Closes every socket from the server's side. */
  drop(reason?: string): void;
}

export const localId = 'me';
export const aParticipant = (id: string, name: string = id): Participant => ({ id, name, region: 'eu', joinedAtMs: 1 });
export const aProducer = (id: string, participantId: string, over: Partial<Producer> = {}): Producer => ({
  id,
  participantId,
  kind: 'audio',
  source: 'microphone',
  paused: false,
  layered: false,
  mimeType: 'audio/opus',
  ...over,
});

export function aTransport(): Welcome['transports']['send'] {
  const { id, iceParameters, dtlsParameters } = generateTransportRemoteParameters();
  return {
    id,
    iceParameters: { usernameFragment: iceParameters.usernameFragment, password: iceParameters.password },
    iceCandidates: [],
    dtlsParameters: { fingerprints: dtlsParameters.fingerprints },
  };
}

export function createFakeServer(): FakeServer {
  const sockets = new Set<SocketHandlers>();
  let resumeTokens = 0;
  const own = new Map<string, Producer>();
  const made = new Map<string, Consumer>();
  const later = (work: () => void): void => void Promise.resolve().then(work);

  const welcomeOf = (resumed: boolean): Welcome => ({
    participantId: localId,
    meeting: { id: 'abc-defg-hij', title: 'Planning' },
    resumed,
    resumeToken: `resume-${++resumeTokens}`,
    resumeTokenExpiresAtMs: 1,
    node: 'node-a',
    region: 'eu',
    iceServers: [],
    routerRtpCapabilities: routerCapabilities(),
    transports: { send: aTransport(), receive: aTransport() },
    participants: [aParticipant(localId), ...server.participants],
    producers: [...server.producers, ...own.values()],
    activeSpeaker: { participantId: null, levels: [] },
    recording: server.recording,
    recordingAloud: true,
    consumers: [...made.values()].map((consumer) => ({ producerId: consumer.producerId, consumer })),
    ownProducerIds: [...own.keys()],
  });

  function answer(message: ClientMessage): unknown {
    switch (message.type) {
      case 'hello':
        return welcomeOf(message.resumeToken !== undefined);
      case 'rejoin':
      case 'migrate':
        own.clear();
        made.clear();
        return welcomeOf(false);
      case 'produce': {
        const { producerId = 'p', kind, source, paused } = message;
        own.set(producerId, aProducer(producerId, localId, { kind, source, paused }));
        return { producerId };
      }
      case 'updateProducers':
        for (const item of message.items) {
          const producer = own.get(item.producerId);
          if ('closed' in item) own.delete(item.producerId);
          else if (producer !== undefined) own.set(producer.id, { ...producer, paused: item.paused });
        }
        return {};
      case 'consume':
        return {
          consumers: message.items.map(({ producerId }) => {
            const consumer = server.consumers.get(producerId);
            const code = server.strange.has(producerId) ? 'CannotConsume' : 'ProducerNotFound';
            if (consumer === undefined) return { producerId, error: { code, detail: code } };
            made.set(consumer.id, consumer);
            return { producerId, consumer };
          }),
        };
      case 'updateConsumers':
        return { missingConsumerIds: [] };
      case 'restartIce':
        return { iceParameters: aTransport().iceParameters };
      case 'ping':
        return { serverTimeMs: 1 };
      default:
        return {};
    }
  }

  function receive(socket: SocketHandlers, text: string): void {
    const message = clientMessage.parse(JSON.parse(text));
    server.requests.push(message);
    if (server.silentOn.has(message.type)) return;
    const code = server.failOn.get(message.type);
    const outcome =
      code === undefined ? { ok: true, data: answer(message) } : { ok: false, error: { code, detail: code } };
    later(() => {
      if (sockets.has(socket)) socket.received(JSON.stringify({ type: 'response', to: message.id, ...outcome }));
    });
  }

  const server: FakeServer = {
    requests: [],
    participants: [],
    producers: [],
    recording: false,
    consumers: new Map(),
    strange: new Set(),
    down: false,
    silentOn: new Set(),
    failOn: new Map(),
    get sockets() {
      return sockets.size;
    },
    requestsOf: <T extends ClientMessageType>(type: T) =>
      server.requests.filter((request): request is Extract<ClientMessage, { type: T }> => request.type === type),
    openSocket(_url, _protocol, handlers) {
      later(() => {
        if (server.down) {
          handlers.closed(1006, '');
          return;
        }
        sockets.add(handlers);
        handlers.opened();
      });
      return { send: (text) => receive(handlers, text), close: () => sockets.delete(handlers) };
    },
    send(event) {
      for (const socket of sockets) socket.received(JSON.stringify(event));
    },
    drop(reason = '') {
      const all = [...sockets];
      sockets.clear();
      for (const socket of all) socket.closed(1006, reason);
    },
  };
  return server;
}

/** mediasoup-client's own example of a router, as the wire carries it. */
export function routerCapabilities(): Welcome['routerRtpCapabilities'] {
  return JSON.parse(JSON.stringify(generateRouterRtpCapabilities())) as Welcome['routerRtpCapabilities'];
}

/** Puts one signaling replica together, and takes it apart again. */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { insecureCredentials, tlsCredentials } from '@parley/proto/tls.js';
import type { Logger } from '@parley/process/log.js';
import type { Registry } from 'prom-client';
import type { SignalingConfig } from './config.js';
import { clientAddress } from './core/limits/client-address.js';
import { createPasscodeCheck } from './limits/passcode-check.js';
import { createRateLimiter } from './limits/rate-limiter.js';
import { createSignalingMetrics } from './metrics/signaling-metrics.js';
import { createNodeChannels } from './nodes/node-channels.js';
import { createRooms } from './nodes/rooms.js';
import { createRoomQueue } from './placement/room-queue.js';
import { createPlaceParticipant } from './placement/place-participant.js';
import { limits } from './protocol/limits.js';
import { createMeetingRecordings } from './recordings/meeting-recordings.js';
import { connectRedis } from './redis/redis-connection.js';
import { buildRestApp } from './rest/rest-app.js';
import { createSessionRegistry } from './session/session-registry.js';
import { serveSockets } from './sockets/socket-server.js';
import { openTokenKeys } from './tokens/token-keys.js';
import { createTokens } from './tokens/tokens.js';
import { openOperatorLink } from './topology/operator-link.js';
import { createRedisFetch, followRedis } from './topology/redis-topologies.js';
import { createIceServers } from './turn/ice-servers.js';
import { createTopologyDirectory } from './topology/topology-directory.js';

const maxMeetings = 50_000;
const tombstoneMs = 10 * 60_000;
/** Clients get so long to resume elsewhere by themselves. */
const goAwayGraceMs = 2_000;
/** How long a new replica waits for the operator before it serves without. */
const firstNewsMs = 5_000;

export interface Signaling {
  readonly port: number;
  /** Undefined when ready to serve. */
  notReadyBecause(): string | undefined;
  /** Sends the clients to other replicas, then ends. Participants stay in their meetings. Idempotent. */
  close(): Promise<void>;
}

/** @throws Error when the token keys can't be read or the port is taken. */
export async function startSignaling(config: SignalingConfig, log: Logger, registry: Registry): Promise<Signaling> {
  const credentials = config.tlsDir === undefined ? insecureCredentials() : tlsCredentials(config.tlsDir);
  const signalingId = randomUUID();
  const nowMs = Date.now;
  const keys = await openTokenKeys(config.tokenKeysDir, log);
  const redis = config.redisUrl === undefined ? undefined : connectRedis(config.redisUrl, log);
  const directory = createTopologyDirectory({
    fetch: redis === undefined ? () => Promise.resolve(undefined) : createRedisFetch(redis, log),
    isSynced: () => operator.synced,
    nowMs,
    ...{ maxMeetings, tombstoneMs },
  });
  const ice = createIceServers({ configured: config.iceServers, nowMs, random: Math.random });
  const operator = openOperatorLink({
    ...{ address: config.operatorAddress, credentials, feed: directory, log },
    onTurnServers: (servers) => ice.setTurnServers(servers),
    onRoom: (meetingId) => roomQueue.wake(meetingId),
  });
  if (redis !== undefined) followRedis(redis, directory, log);

  const channels = createNodeChannels(credentials, () => metrics.nodeLost());
  const rooms = createRooms({
    ...{ channels, signalingId, log },
    known: (meetingId) => directory.known(meetingId),
  });
  directory.onChange((topology) => rooms.applyTopology(topology));
  const sessions = createSessionRegistry();
  const metrics = createSignalingMetrics(registry, {
    sockets: () => sockets.size,
    sessions: () => sessions.size,
    rooms: () => rooms.size,
    waiting: () => roomQueue.size,
    nodeConnections: () => channels.size,
    operatorSynced: () => operator.synced,
    turnServers: () => ice.turnServers,
    redisReady: () => redis?.ready === true,
  });
  const place = createPlaceParticipant({
    directory,
    operator,
    participantsByNode: (meetingId) => rooms.participantsByNode(meetingId),
    log,
  });
  const roomQueue = createRoomQueue({ log, random: Math.random });
  directory.onChange(({ meetingId }) => roomQueue.wake(meetingId));
  const tokens = createTokens(keys);
  const { requests, passcodeAttempts } = config.limits;
  const wrongPasscodes = createRateLimiter({ name: 'passcode', limit: passcodeAttempts, redis, nowMs });
  const recordings = createMeetingRecordings({
    operator,
    limiter: createRateLimiter({
      name: 'recordings',
      limit: { burst: limits.recordingRequestBurst, perSecond: limits.recordingRequestsPerSecond },
      ...{ redis, nowMs },
    }),
  });
  const app = await buildRestApp({
    ...config,
    ...{ directory, place, rooms, tokens, recordings, ice, metrics, log },
    checkPasscode: createPasscodeCheck(wrongPasscodes),
    requestLimiter: createRateLimiter({ name: 'requests', limit: requests, redis, nowMs }),
  });
  const sockets = serveSockets({
    ...{ sessions, roomQueue, metrics, log, server: app.server, limits: config.limits },
    entering: { place, rooms, signalingId, tokens, recordings, log, ice },
    addressOf: ({ socket, headers }) => {
      const forwarded = headers['x-forwarded-for'];
      const list = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
      return clientAddress(socket.remoteAddress ?? '', list, config.trustedProxyHops);
    },
  });
  await app.listen({ host: anyAddress(), port: config.httpPort });
  const { port } = app.server.address() as AddressInfo;
  log.info({ port, signalingId }, 'signaling serves');

  const startedAtMs = nowMs();
  let heard = false;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    sockets.refuseNew();
    await sessions.goAway(goAwayGraceMs);
    await sockets.close();
    await app.close();
    rooms.close();
    await operator.close();
    channels.close();
    redis?.close();
    keys.close();
  };
  return {
    port,
    notReadyBecause: () => {
      if (closing !== undefined) return 'shutting down';
      // Law 1: neither Redis nor the operator is needed to serve. A new replica gives them a moment to tell what there is.
      heard ||= operator.synced || nowMs() - startedAtMs > firstNewsMs;
      return heard ? undefined : 'no topologies heard yet';
    },
    close: () => (closing ??= close()),
  };
}

/** Both families where the host has both; a kernel without IPv6 can't bind `::`. */
function anyAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return addresses.some(({ family }) => family === 'IPv6') ? '::' : '0.0.0.0';
}

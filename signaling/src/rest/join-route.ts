/** POST /v1/meetings/{id}/join: who may enter gets a token, and the node that will serve it is warmed meanwhile. */
import { randomUUID } from 'node:crypto';
import { inRemoteSpan, traceHeaders } from '@parley/process/tracing.js';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addressKey } from '../core/limits/address-key.js';
import type { CheckPasscode } from '../limits/passcode-check.js';
import type { SignalingMetrics } from '../metrics/signaling-metrics.js';
import { nodeLostAfterMs } from '../nodes/node-pulse.js';
import type { Rooms } from '../nodes/rooms.js';
import { findMeeting, type PlaceParticipant } from '../placement/place-participant.js';
import type { RtpCapabilities } from '../protocol/media-parameters.js';
import {
  joinAnswer,
  joinBody,
  meetingId,
  problem,
  type HostRights,
  type JoinAnswer,
  type JoinBody,
  type Role,
} from '../protocol/rest.js';
import { socketPath, subprotocol } from '../protocol/version.js';
import { RequestFailure } from '../request-failure.js';
import type { Seat, Tokens } from '../tokens/tokens.js';
import type { IceServers } from '../turn/ice-servers.js';
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { TopologyDirectory } from '../topology/topology-directory.js';
import type { RestApp } from './rest-app.js';

const maxNodesTried = 2;

export interface JoinRouteDeps {
  readonly directory: TopologyDirectory;
  readonly place: PlaceParticipant;
  readonly rooms: Rooms;
  readonly tokens: Tokens;
  readonly checkPasscode: CheckPasscode;
  readonly defaultRegion: string;
  readonly publicUrl: string | undefined;
  readonly ice: Pick<IceServers, 'of'>;
  readonly metrics: SignalingMetrics;
}

interface JoinContext extends JoinRouteDeps {
  /** What a node that answered last can do. */
  readonly seen: { capabilities: RtpCapabilities | undefined };
}

export function addJoinRoute(app: RestApp, routeDeps: JoinRouteDeps): void {
  const deps: JoinContext = { ...routeDeps, seen: { capabilities: undefined } };
  app.post(
    '/v1/meetings/:id/join',
    {
      schema: {
        operationId: 'joinMeeting',
        summary: 'Ask to join a meeting',
        description: 'Answers with a short-lived token for the WebSocket. Nothing is changed in the meeting by this.',
        tags: ['meetings'],
        params: z.object({ id: meetingId }),
        body: joinBody,
        response: { 200: joinAnswer, '4xx': problem, '5xx': problem },
      },
    },
    async (request) => {
      const startedMs = performance.now();
      const headers = { traceparent: String(request.headers['traceparent'] ?? '') };
      try {
        const answer = await inRemoteSpan('join', headers, () => join(deps, request, request.params.id, request.body));
        deps.metrics.joinServed('ok', performance.now() - startedMs);
        return answer;
      } catch (error) {
        deps.metrics.joinServed(RequestFailure.from(error).code, performance.now() - startedMs);
        throw error;
      }
    },
  );
}

async function join(deps: JoinContext, request: FastifyRequest, id: string, body: JoinBody): Promise<JoinAnswer> {
  const topology = await findMeeting(deps.directory, id);
  const { role, ...part } = await partOf(deps, topology, { address: request.ip, body });
  const limit = topology.settings?.maxParticipants ?? 0;
  const present = deps.rooms.participantCount(id) ?? 0;
  if (limit > 0 && present >= limit) throw new RequestFailure('MeetingFull', undefined, { retryAfterMs: 5_000 });

  const participantId = randomUUID();
  const region = body.region ?? deps.defaultRegion;
  const viewer = role === 'viewer' ? { viewer: true as const } : {};
  const joining = { meetingId: id, participantId, region, ...viewer };
  const { node, nodeRegion, capabilities } = await nodeFor(deps, topology, joining);
  const trace = traceHeaders();
  const seat = { ...joining, name: body.name, node, ...part };
  const { token, expiresAtMs } = await deps.tokens.issue('join', {
    ...seat,
    ...(Object.keys(trace).length > 0 && { trace }),
  });
  const rights = await hostRightsOf(deps, topology, seat);
  request.log.info({ meetingId: id, participantId, node }, 'join granted');
  return {
    token,
    tokenExpiresAtMs: expiresAtMs,
    participantId,
    role,
    ...rights,
    url: socketUrl(deps.publicUrl ?? `${request.protocol}://${request.host}`),
    protocol: subprotocol,
    iceServers: [
      ...deps.ice.of({
        namespace: topology.settings?.namespace ?? '',
        regions: [region, nodeRegion],
        participantId,
      }),
    ],
    meeting: { id, title: topology.settings?.title ?? '' },
    routerRtpCapabilities: capabilities,
  };
}

interface Asking {
  readonly address: string;
  readonly body: JoinBody;
}

interface Part {
  readonly role: Role;
  readonly host?: true;
}

/** By the passcode that was given. @throws RequestFailure as checkPasscode does. */
async function partOf(
  { checkPasscode }: JoinRouteDeps,
  { meetingId: id, settings }: Topology,
  { address, body }: Asking,
): Promise<Part> {
  const attempt = { meetingId: id, addressKey: addressKey(address) };
  const isWebinar = settings?.webinar === true;
  const mustBe = async (hash: string, passcode: string): Promise<void> => {
    // Without a hash nothing would be asked.
    if (hash === '') throw new RequestFailure('PasscodeWrong');
    await checkPasscode({ ...attempt, hash, passcode });
  };
  if (body.hostPasscode !== undefined) {
    await mustBe(settings?.hostPasscodeHash ?? '', body.hostPasscode);
    return { role: 'speaker', host: true };
  }
  if (isWebinar && body.speakerPasscode !== undefined) {
    await mustBe(settings.speakerPasscodeHash, body.speakerPasscode);
    return { role: 'speaker' };
  }
  await checkPasscode({ ...attempt, hash: settings?.passcodeHash ?? '', passcode: body.passcode });
  return { role: isWebinar ? 'viewer' : 'speaker' };
}

async function hostRightsOf(
  { tokens }: JoinRouteDeps,
  { settings }: Topology,
  seat: Seat,
): Promise<{ host?: HostRights }> {
  if (seat.host !== true) return {};
  const { token, expiresAtMs } = await tokens.issue('host', seat);
  return { host: { token, tokenExpiresAtMs: expiresAtMs, canRecord: settings?.recordable === true } };
}

interface Joining {
  readonly meetingId: string;
  readonly participantId: string;
  readonly region: string;
  readonly viewer?: true;
}

interface Chosen {
  /** Empty: none has room now, and the participant is to wait for one over its socket. */
  readonly node: string;
  readonly nodeRegion: string;
  readonly capabilities: RtpCapabilities;
}

async function nodeFor(deps: JoinContext, topology: Topology, participant: Joining): Promise<Chosen> {
  try {
    const chosen = await warmNode(deps, participant);
    deps.seen.capabilities = chosen.capabilities;
    return chosen;
  } catch (error) {
    const capabilities = await capabilitiesWithoutRoom(deps, topology);
    if (RequestFailure.from(error).code !== 'NoCapacity' || capabilities === undefined) throw error;
    return { node: '', nodeRegion: participant.region, capabilities };
  }
}

/** All nodes of a release have the same: those of a full node will do, or those that were seen last. */
async function capabilitiesWithoutRoom(
  { rooms, seen }: JoinContext,
  { meetingId, placements }: Topology,
): Promise<RtpCapabilities | undefined> {
  const placement = placements.find(({ grpcAddress }) => grpcAddress !== '');
  if (seen.capabilities !== undefined || placement === undefined) return seen.capabilities;
  const lease = rooms.acquire(meetingId, placement);
  try {
    return await lease.room.ready(nodeLostAfterMs);
  } catch {
    return undefined;
  } finally {
    lease.release();
  }
}

/** Chooses a node that answers; its room stays warm for as long as the token is good. */
async function warmNode(deps: JoinRouteDeps, participant: Joining): Promise<Chosen> {
  const avoidNodes = new Set<string>();
  let failure = new RequestFailure('Unavailable', undefined, { retryAfterMs: 1_000 });
  for (let tried = 0; tried < maxNodesTried; tried += 1) {
    const { placement } = await deps.place({ ...participant, avoidNodes });
    if (avoidNodes.has(placement.node)) break;
    const lease = deps.rooms.acquire(participant.meetingId, placement);
    try {
      const capabilities = await lease.room.ready(nodeLostAfterMs);
      return { node: placement.node, nodeRegion: placement.region, capabilities };
    } catch (error) {
      failure = new RequestFailure('Unavailable', undefined, { cause: error, retryAfterMs: 1_000 });
      avoidNodes.add(placement.node);
    } finally {
      lease.release();
    }
  }
  throw failure;
}

function socketUrl(base: string): string {
  return `${base.replace(/^http/, 'ws')}${socketPath}`;
}

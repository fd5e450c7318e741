/** The answer to hello and rejoin: all that a client needs to show and hear the meeting, in one message. */
import type { Entered } from './enter-meeting.js';
import type { Session } from './session.js';
import { consumerOf, transportOptionsOf } from '../nodes/media-messages.js';
import { limits } from '../protocol/limits.js';
import type { ConsumeOutcome, Welcome } from '../protocol/responses.js';
import { RequestFailure } from '../request-failure.js';
import type { Tokens } from '../tokens/tokens.js';
import type { IceServers } from '../turn/ice-servers.js';

/** How long a welcome waits for what comes over relays. */
const remoteWaitMs = 800;

export interface WelcomeOptions {
  readonly tokens: Tokens;
  readonly ice: Pick<IceServers, 'follow' | 'unfollow'>;
  readonly subscribe: 'all' | 'none';
  /** The client still has its transports. */
  readonly resumed: boolean;
  /** It stays on the node that it was on until it says that it has moved. */
  readonly keepsEarlier?: boolean;
}

/** Takes the room for the session, and makes the first consumers. @throws RequestFailure */
export async function welcomeTo(session: Session, entered: Entered, options: WelcomeOptions): Promise<Welcome> {
  const { lease, joined, attachment, topology } = entered;
  const media = session.enterRoom(lease, {
    generation: joined.generation,
    attachment,
    keepsEarlier: options.keepsEarlier ?? false,
  });
  // As of the moment from which events are kept: together they tell everything, once.
  const { roster, capabilities, recording } = lease.room.view;
  const participants = lease.room.view.shownTo(session.seat.participantId);
  if (joined.send === undefined || joined.receive === undefined || capabilities === undefined)
    throw new RequestFailure('Internal');
  const own = session.seat.participantId;
  const existing = joined.consumers.map((consumer): ConsumeOutcome => ({
    producerId: consumer.producerId,
    consumer: consumerOf(consumer),
  }));
  const wishes = [...roster.producers.values()]
    .filter(({ participantId }) => participantId !== own)
    .slice(0, limits.consumeItems)
    .map(({ id }) => ({ producerId: id, paused: false }));
  const wanted = !options.resumed && options.subscribe === 'all';
  const [consumers, resume] = await Promise.all([
    wanted ? media.consume(wishes, remoteWaitMs) : existing,
    options.tokens.issue('resume', session.seat),
  ]);
  return {
    participantId: own,
    meeting: { id: session.seat.meetingId, title: topology.settings?.title ?? '' },
    resumed: options.resumed,
    resumeToken: resume.token,
    resumeTokenExpiresAtMs: resume.expiresAtMs,
    node: lease.room.placement.node,
    region: lease.room.placement.region,
    iceServers: [
      ...options.ice.follow(session, {
        namespace: topology.settings?.namespace ?? '',
        regions: [session.seat.region, lease.room.placement.region],
        participantId: own,
      }),
    ],
    routerRtpCapabilities: capabilities,
    transports: { send: transportOptionsOf(joined.send), receive: transportOptionsOf(joined.receive) },
    participants: [...participants],
    producers: [...roster.producers.values()],
    activeSpeaker: roster.activeSpeaker,
    recording: recording.recording,
    recordingAloud: recording.aloud,
    consumers,
    ownProducerIds: options.resumed ? [...joined.ownProducerIds] : [],
  };
}

/** What the server sends of itself; and the union of all that a client can receive. */
import { z } from 'zod';
import { iceServer, layers } from './media-parameters.js';
import { errorResponse, okResponse, requestError } from './responses.js';
import {
  activeSpeaker,
  endReason,
  entityId,
  leaveReason,
  mediaResetReason,
  participant,
  producer,
  recordingAloud,
  waitingReason,
} from './roster.js';

const score = z.number().min(0).max(10).describe('0 (worst) to 10.');

export const waiting = z
  .object({
    type: z.literal('waiting'),
    reason: waitingReason,
    ahead: z.number().int().min(0).describe('Others who wait at this replica and came before.'),
  })
  .describe(
    'There is no room in the meeting yet. The answer to hello comes when there is; closing the socket gives the place up.',
  );

export const participantJoined = z.object({ type: z.literal('participantJoined'), participant });
export const participantUpdated = z
  .object({ type: z.literal('participantUpdated'), participant })
  .describe('Such as a new name.');
export const participantLeft = z
  .object({ type: z.literal('participantLeft'), participantId: entityId, reason: leaveReason })
  .describe('Its producers are gone, too.');

export const producerAdded = z.object({ type: z.literal('producerAdded'), producer });
export const producerUpdated = z
  .object({ type: z.literal('producerUpdated'), producer })
  .describe('Such as muted or unmuted.');
export const producerRemoved = z.object({ type: z.literal('producerRemoved'), producerId: entityId });
export const producerScore = z
  .object({ type: z.literal('producerScore'), producerId: entityId, score })
  .describe('How well the node receives what a participant sends.');

export const consumerClosed = z
  .object({ type: z.literal('consumerClosed'), consumerId: entityId })
  .describe('Its producer was closed.');
export const consumerSuperseded = z
  .object({ type: z.literal('consumerSuperseded'), consumerId: entityId })
  .describe(
    'What it receives will come by another path: send consume for its producer, and close this one when the new one receives. Whoever does not gets consumerClosed some seconds later.',
  );
export const consumerProducerPaused = z.object({
  type: z.literal('consumerProducerPaused'),
  consumerId: entityId,
  paused: z.boolean(),
});
export const consumerLayersChanged = z.object({
  type: z.literal('consumerLayersChanged'),
  consumerId: entityId,
  layers: layers.nullable().describe('What is sent now; null: nothing, for lack of bandwidth.'),
});
export const consumerScore = z.object({ type: z.literal('consumerScore'), consumerId: entityId, score });

export const transportState = z
  .object({
    type: z.literal('transportState'),
    direction: z.enum(['send', 'receive']),
    iceState: z.string(),
    dtlsState: z.string(),
  })
  .describe("How the node sees one of this client's transports.");

export const activeSpeakerChanged = activeSpeaker.extend({ type: z.literal('activeSpeaker') });

export const recordingChanged = z
  .object({ type: z.literal('recording'), recording: z.boolean(), aloud: recordingAloud })
  .describe('From now on the meeting is recorded, or is no longer: tell whoever is in it.');

export const mediaReset = z
  .object({ type: z.literal('mediaReset'), reason: mediaResetReason })
  .describe('The transports are gone: send rejoin.');

export const migrateWanted = z
  .object({ type: z.literal('migrate') })
  .describe(
    'The node is being emptied: send migrate. Media goes on meanwhile. Whoever does not follow gets mediaReset in the end.',
  );

export const ended = z
  .object({ type: z.literal('ended'), reason: endReason })
  .describe('The meeting is over for everybody; the socket is closed with MeetingEnded after this.');

export const resumeTokenRenewed = z
  .object({ type: z.literal('resumeToken'), resumeToken: z.string(), expiresAtMs: z.number() })
  .describe('Replaces the one before.');

export const iceServersChanged = z
  .object({ type: z.literal('iceServers'), iceServers: z.array(iceServer) })
  .describe(
    'Replace those before: give them to both transports. A transport with a candidate of a TURN server that is not among them is to restart ICE (restartIce): that server is about to go, and waits for it. One whose path still leads over that server two seconds later is to send restartIce twice, and to use the second answer: the node knows the credentials of the last two restarts only.',
  );

export const goingAway = z
  .object({ type: z.literal('goingAway') })
  .describe('This replica shuts down: open another socket and resume. This one is closed soon after.');

export const heartbeat = z.object({ type: z.literal('heartbeat') });

export const errorEvent = z
  .object({ type: z.literal('error'), error: requestError })
  .describe('An error that belongs to no request; the socket is closed after it.');

export const serverEvent = z.discriminatedUnion('type', [
  waiting,
  participantJoined,
  participantUpdated,
  participantLeft,
  producerAdded,
  producerUpdated,
  producerRemoved,
  producerScore,
  consumerClosed,
  consumerSuperseded,
  consumerProducerPaused,
  consumerLayersChanged,
  consumerScore,
  transportState,
  activeSpeakerChanged,
  recordingChanged,
  mediaReset,
  migrateWanted,
  ended,
  resumeTokenRenewed,
  iceServersChanged,
  goingAway,
  heartbeat,
  errorEvent,
]);
export type ServerEvent = z.infer<typeof serverEvent>;
export type ServerEventType = ServerEvent['type'];
export type ServerEventOf<T extends ServerEventType> = Extract<ServerEvent, { type: T }>;

export const serverMessage = z.union([okResponse, errorResponse, serverEvent]);
export type ServerMessage = z.infer<typeof serverMessage>;

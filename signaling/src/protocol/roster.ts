/** Who is in a meeting and what they send, as clients see it. */
import { z } from 'zod';
import { limits } from './limits.js';

export const entityId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, - and _ only');

export const displayName = z
  .string()
  .trim()
  .min(1, 'a name is needed')
  .max(limits.nameLength)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'no control characters');

export const mediaSource = z.enum(['microphone', 'camera', 'screen', 'screen-audio']);
export type MediaSource = z.infer<typeof mediaSource>;

export const dataLabel = z.string().min(1).max(32);

export const participant = z.object({
  id: entityId,
  name: z.string(),
  region: z.string().describe('Where its node is.'),
  joinedAtMs: z.number().describe('Milliseconds since 1970; the order of participants, the same for everybody.'),
});
export type Participant = z.infer<typeof participant>;

export const producer = z.object({
  id: entityId,
  participantId: entityId,
  kind: z.enum(['audio', 'video', 'data']),
  source: z.string().describe("microphone, camera, screen or screen-audio; a data channel's label for data."),
  paused: z.boolean().describe('Such as muted by its participant.'),
  layered: z.boolean().describe('Whether it has several spatial layers to choose from.'),
  mimeType: z.string().describe('Such as video/VP8; empty for data.'),
});
export type Producer = z.infer<typeof producer>;

export const audioLevel = z.object({
  participantId: entityId,
  dbov: z.number().describe('From -127 (silent) to 0.'),
});
export type AudioLevel = z.infer<typeof audioLevel>;

export const activeSpeaker = z.object({
  participantId: entityId.nullable().describe('null: nobody speaks.'),
  levels: z.array(audioLevel).describe('The loudest now, loudest first.'),
});
export type ActiveSpeaker = z.infer<typeof activeSpeaker>;

export const recordingAloud = z.boolean().describe('While it is recorded, people are to hear that, too.');

export const leaveReason = z.enum(['Left', 'Lost', 'Removed', 'RoomClosed', 'NodeLost']);
export type LeaveReason = z.infer<typeof leaveReason>;

export const endReason = z.enum(['EndedByHost', 'Deleted', 'Expired', 'Unknown']);
export type EndReason = z.infer<typeof endReason>;

export const waitingReason = z
  .enum(['NoCapacity', 'NoNodeReady', 'TooManyAtOnce'])
  .describe(
    'NoCapacity: every node is full. NoNodeReady: nodes are starting. TooManyAtOnce: nodes take no more newcomers for a moment.',
  );
export type WaitingReason = z.infer<typeof waitingReason>;

export const mediaResetReason = z
  .enum(['NodeLost', 'RoomRebuilt', 'Moved', 'ParticipantGone'])
  .describe(
    'NodeLost: the node cannot be reached. RoomRebuilt: its router was replaced. Moved: the meeting left this node. ' +
      'ParticipantGone: the node no longer has this participant.',
  );
export type MediaResetReason = z.infer<typeof mediaResetReason>;

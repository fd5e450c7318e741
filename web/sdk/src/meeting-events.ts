import type { AudioLevel, EndReason, LeaveReason } from '@parley/signaling/protocol/roster.js';
import type { MeetingParticipant } from './core/roster/view-participants.js';
import type { ParleyError } from './parley-error.js';

export type ClosedReason =
  | { readonly kind: 'Left' }
  | { readonly kind: 'Ended'; readonly endReason: EndReason }
  /** The same participant came in with another socket. */
  | { readonly kind: 'Replaced' }
  | { readonly kind: 'Failed'; readonly error: ParleyError };

export type MeetingState =
  | { readonly kind: 'Connected' }
  /** With `media` others are still seen and heard; only news of the meeting are missing. */
  | { readonly kind: 'Reconnecting'; readonly media: boolean }
  | { readonly kind: 'Closed'; readonly reason: ClosedReason };

export interface ActiveSpeakerState {
  readonly participantId: string | undefined;
  /** The loudest now, loudest first. */
  readonly levels: readonly AudioLevel[];
}

export interface MeetingEvents {
  stateChanged: readonly [MeetingState];
  participantJoined: readonly [MeetingParticipant];
  participantLeft: readonly [MeetingParticipant, LeaveReason];
  /** Anything about any participant: name, tracks, mutes, quality. Comes after the events that say it in detail. */
  participantsChanged: readonly [readonly MeetingParticipant[]];
  activeSpeakerChanged: readonly [ActiveSpeakerState];
  /** Whether the meeting is being recorded from now on. */
  recordingChanged: readonly [boolean];
  data: readonly [{ readonly participantId: string; readonly label: string; readonly payload: ArrayBuffer | string }];
  /** Something of this participant's own media failed; the meeting goes on. */
  mediaFailed: readonly [ParleyError];
}

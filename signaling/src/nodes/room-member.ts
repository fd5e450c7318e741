import type { Attachment } from '../core/roster/attachment.js';
import type { EndReason, LeaveReason, MediaResetReason } from '../protocol/roster.js';
import type { ServerEvent } from '../protocol/server-messages.js';

/** A participant of this replica in a room, and what it is told. */
export interface RoomMember {
  readonly participantId: string;
  /** For everybody, as JSON. */
  onBroadcast(json: string): void;
  /** For this participant alone. */
  onEvent(event: ServerEvent): void;
  /** The participant's media here is gone. `generation`: of the room that is there now, when there is one. */
  onReset(reason: MediaResetReason, generation?: number): void;
  /** The meeting is over. */
  onEnded(reason: EndReason): void;
  /** Its node is being emptied, or relieved: it is to migrate, after so long, so that not everybody does at once. */
  onDraining(afterMs: number): void;
  /** Its node took it out of the meeting. */
  onLeft(reason: LeaveReason): void;
  /** Somebody holds the participant's seat, as told by its node. */
  onAttachment(attachment: Attachment | undefined): void;
}

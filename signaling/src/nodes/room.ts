/**
 * One meeting on one node, as this replica sees it: a single event stream, shared by all its sockets there. An event becomes
 * JSON once, whoever reads it. A broken stream is opened again; the snapshot that follows tells what was missed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Participant, RoomEvent } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { Placement } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { Logger } from '@parley/process/log.js';
import { parseAttachment, type Attachment } from '../core/roster/attachment.js';
import {
  applyRosterEvents,
  emptyRoster,
  planRosterEvents,
  type Roster,
  type RosterReport,
} from '../core/roster/roster.js';
import type { RtpCapabilities } from '../protocol/media-parameters.js';
import type { EndReason, LeaveReason, MediaResetReason } from '../protocol/roster.js';
import type { ServerEvent } from '../protocol/server-messages.js';
import { parseEndReason } from '../topology/end-reason.js';
import {
  activeSpeakerOf,
  consumerEventOf,
  leaveReasonOf,
  participantOf,
  producerOf,
  rtpCapabilitiesOf,
  snapshotReport,
  transportEventOf,
} from './media-messages.js';
import type { MediaClient } from './node-channels.js';

/** A node that cannot be reached for so long counts as lost. */
export const nodeLostAfterMs = 1_500;
/** Nodes send something every 5 s. */
const streamIdleMs = 12_000;
const retryMinMs = 50;
const retryMaxMs = 500;

/** A socket's seat in the room. */
export interface RoomMember {
  readonly participantId: string;
  /** For everybody, as JSON. */
  onBroadcast(json: string): void;
  /** For this participant alone. */
  onEvent(event: ServerEvent): void;
  /** The participant's media here is gone. `generation`: of the room that is there now, when there is one. */
  onReset(reason: MediaResetReason, generation?: number): void;
  onEnded(reason: EndReason): void;
  /** Its node took it out of the meeting. */
  onLeft(reason: LeaveReason): void;
  /** Somebody holds the participant's seat, as told by its node. */
  onAttachment(attachment: Attachment | undefined): void;
}

export interface Room {
  readonly meetingId: string;
  readonly placement: Placement;
  readonly media: MediaClient;
  readonly roster: Roster;
  readonly members: number;
  /** On each node of the meeting, as this one tells. */
  participantsByNode(): ReadonlyMap<string, number>;
  /** Waits for the first snapshot. @throws RpcError UNAVAILABLE, or what the node answered. */
  ready(deadlineMs: number): Promise<RtpCapabilities>;
  /** Returns what ends the membership. */
  attach(member: RoomMember): () => void;
  /** Takes in what a call told before the stream did. */
  report(report: RosterReport): void;
  /** The topology has no placement here any more. */
  moved(): void;
  /** The meeting is over. */
  ended(reason: EndReason): void;
  close(): void;
}

export interface RoomOptions {
  readonly meetingId: string;
  readonly placement: Placement;
  readonly media: MediaClient;
  readonly signalingId: string;
  readonly log: Logger;
}

export function openRoom(options: RoomOptions): Room {
  const { meetingId, placement, media, log } = options;
  const stop = new AbortController();
  const members = new Set<RoomMember>();
  const nodeOf = new Map<string, string>();
  let roster = emptyRoster;
  let capabilities: RtpCapabilities | undefined;
  let lastError = new RpcError('UNAVAILABLE', 'the node was not reached yet');
  let lost = false;
  let waiting: (() => void)[] = [];

  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const each = (act: (member: RoomMember) => void): void => {
    for (const member of [...members]) act(member);
  };
  const report = (news: RosterReport): void => {
    const events = planRosterEvents(roster, news);
    roster = applyRosterEvents(roster, events);
    for (const event of events) {
      const json = JSON.stringify(event);
      each((member) => member.onBroadcast(json));
    }
  };
  const tell = (participantId: string, act: (member: RoomMember) => void): void => {
    each((member) => {
      if (member.participantId === participantId) act(member);
    });
  };
  const participant = (message: Participant): void => {
    nodeOf.set(message.id, message.node);
    report({ type: 'participant', participant: participantOf(message) });
    tell(message.id, (member) => member.onAttachment(parseAttachment(message.metadataJson)));
  };
  const moved = (): void => each((member) => member.onReset('Moved'));
  const ended = (reason: EndReason): void => each((member) => member.onEnded(reason));
  const take = ({ event, generation }: RoomEvent): void => {
    switch (event.case) {
      case 'snapshot': {
        const here = new Map(event.value.participants.map((present) => [present.id, present]));
        nodeOf.clear();
        for (const { id, node } of event.value.participants) nodeOf.set(id, node);
        report(snapshotReport(event.value));
        capabilities = rtpCapabilitiesOf(event.value.routerRtpCapabilitiesJson);
        lost = false;
        wake();
        each((member) => {
          const present = here.get(member.participantId);
          if (present?.node === placement.node) member.onAttachment(parseAttachment(present.metadataJson));
          else member.onReset('ParticipantGone', generation);
        });
        break;
      }
      case 'participantJoined':
      case 'participantUpdated':
        participant(event.value);
        break;
      case 'participantLeft': {
        const { participantId } = event.value;
        const reason = leaveReasonOf(event.value.reason);
        nodeOf.delete(participantId);
        report({ type: 'participantLeft', participantId, reason });
        tell(participantId, (member) => member.onLeft(reason));
        break;
      }
      case 'producerAdded':
      case 'producerUpdated':
        report({ type: 'producer', producer: producerOf(event.value) });
        break;
      case 'producerRemoved':
        report({ type: 'producerRemoved', producerId: event.value.producerId });
        break;
      case 'activeSpeaker':
        report({ type: 'activeSpeaker', ...activeSpeakerOf(event.value) });
        break;
      case 'consumer': {
        const translated = consumerEventOf(event.value);
        if (translated !== undefined) tell(event.value.participantId, (member) => member.onEvent(translated));
        break;
      }
      case 'transport': {
        const translated = transportEventOf(event.value);
        tell(event.value.participantId, (member) => member.onEvent(translated));
        break;
      }
      case 'producerScore': {
        const { producerId, score } = event.value;
        const owner = roster.producers.get(producerId)?.participantId;
        if (owner !== undefined) tell(owner, (member) => member.onEvent({ type: 'producerScore', producerId, score }));
        break;
      }
      case 'mediaReset':
        each((member) => member.onReset('RoomRebuilt', generation));
        break;
      case 'closed': {
        const { reason } = event.value;
        if (reason === 'Moved') moved();
        else ended(parseEndReason(reason));
        break;
      }
      case 'keepAlive':
      case undefined:
        break;
    }
  };

  const declareLost = (): void => {
    lost = true;
    log.warn({ err: lastError }, 'node is lost');
    wake();
    each((member) => member.onReset('NodeLost'));
  };
  const run = async (): Promise<void> => {
    let waitMs = retryMinMs;
    let overdue: NodeJS.Timeout | undefined = setTimeout(declareLost, nodeLostAfterMs);
    while (!stop.signal.aborted) {
      try {
        const request = { meetingId, signalingId: options.signalingId };
        for await (const event of media.watchRoom(request, { idleTimeoutMs: streamIdleMs, signal: stop.signal })) {
          clearTimeout(overdue);
          overdue = undefined;
          waitMs = retryMinMs;
          take(event);
        }
        lastError = new RpcError('UNAVAILABLE', 'the node ended the stream');
      } catch (error) {
        lastError = RpcError.from(error);
      }
      if (stop.signal.aborted) break;
      // A node that has no topology of the meeting yet gets it in a moment; other refusals stay.
      if (!lastError.retryable && lastError.code !== 'FAILED_PRECONDITION') wake();
      if (overdue === undefined) {
        if (!lost) overdue = setTimeout(declareLost, nodeLostAfterMs);
        log.info({ err: lastError }, 'room stream broke');
      }
      await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { signal: stop.signal }).catch(() => undefined);
      waitMs = Math.min(retryMaxMs, waitMs * 2);
    }
    clearTimeout(overdue);
  };
  void run();

  return {
    meetingId,
    placement,
    media,
    get roster() {
      return roster;
    },
    get members() {
      return members.size;
    },
    participantsByNode: () => {
      const counts = new Map<string, number>();
      for (const node of nodeOf.values()) counts.set(node, (counts.get(node) ?? 0) + 1);
      return counts;
    },
    ready: async (deadlineMs) => {
      if (capabilities === undefined || lost) {
        await Promise.race([
          new Promise<void>((resolve) => waiting.push(resolve)),
          sleep(deadlineMs, undefined, { ref: false }),
        ]);
      }
      if (capabilities === undefined || lost) throw lastError;
      return capabilities;
    },
    attach: (member) => {
      members.add(member);
      return () => members.delete(member);
    },
    report,
    moved,
    ended,
    close: () => {
      stop.abort();
      wake();
    },
  };
}

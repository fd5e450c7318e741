/**
 * One meeting on one node, as this replica sees it: a single event stream, shared by all its sockets there. A broken stream is
 * opened again, and the snapshot that follows tells what was missed. The node is lost when its pulse is, or when the stream stays away.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@parley/process/backoff.js';
import { LeaveReason } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { Placement } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { Logger } from '@parley/process/log.js';
import type { RtpCapabilities } from '../protocol/media-parameters.js';
import type { MediaClient, NodeConnection } from './node-channels.js';
import { nodeLostAfterMs } from './node-pulse.js';
import { createRoomView, type RoomView } from './room-view.js';

/** Nodes send something every 5 s. */
const streamIdleMs = 12_000;
const retry = { firstMs: 50, lastMs: 500 };
const leaveDeadlineMs = 3_000;

export interface Room {
  readonly meetingId: string;
  readonly placement: Placement;
  readonly media: MediaClient;
  readonly view: RoomView;
  /** Waits for a snapshot; a node that was given up is tried again, if it lives. @throws RpcError UNAVAILABLE, or what the node answered. */
  ready(deadlineMs: number): Promise<RtpCapabilities>;
  /** Takes out who has gone elsewhere as the node was lost: now, or when the node is heard of again. */
  leaveBehind(participantId: string): void;
  close(): void;
}

export interface RoomOptions {
  readonly meetingId: string;
  readonly placement: Placement;
  readonly connection: NodeConnection;
  readonly signalingId: string;
  readonly log: Logger;
}

export function openRoom(options: RoomOptions): Room {
  const { meetingId, placement, log } = options;
  const { media, pulse } = options.connection;
  const stop = new AbortController();
  const view = createRoomView(placement.node);
  const stream = { live: false, lost: pulse.lost !== undefined };
  let lastError = pulse.lost ?? new RpcError('UNAVAILABLE', 'the node was not reached yet');
  let waiting: (() => void)[] = [];
  let tryNow = (): void => undefined;

  const stopped = (): boolean => stop.signal.aborted;
  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const declareLost = (): void => {
    if (stream.lost) return;
    stream.lost = true;
    log[view.members > 0 ? 'warn' : 'debug']({ err: lastError }, 'node is lost');
    wake();
    view.reset('NodeLost');
  };

  const unfollowLost = pulse.onLost((error) => {
    lastError = error;
    declareLost();
  });

  /** Else they would stay there: this replica, which speaks for them, watches the room again. */
  const leftBehind = new Set<string>();
  const takeOut = async (participantId: string): Promise<void> => {
    try {
      const request = { meetingId, participantId, reason: LeaveReason.LOST };
      if (!view.isMember(participantId)) await media.leave(request, { deadlineMs: leaveDeadlineMs });
    } catch (error) {
      if (RpcError.from(error).retryable) return;
    }
    leftBehind.delete(participantId);
  };
  const unfollowFound = pulse.onFound(() => {
    for (const participantId of leftBehind) void takeOut(participantId);
  });

  /** Reads one stream until it breaks. @throws RpcError */
  const follow = async (onFirst: () => void): Promise<void> => {
    const request = { meetingId, signalingId: options.signalingId };
    for await (const event of media.watchRoom(request, { idleTimeoutMs: streamIdleMs, signal: stop.signal })) {
      if (!stream.live) onFirst();
      stream.live = true;
      stream.lost = false;
      view.take(event);
      wake();
    }
    throw new RpcError('UNAVAILABLE', 'the node ended the stream');
  };
  const run = async (): Promise<void> => {
    let failures = 0;
    let overdue = setTimeout(declareLost, nodeLostAfterMs);
    while (!stopped()) {
      try {
        await follow(() => {
          clearTimeout(overdue);
          failures = 0;
        });
      } catch (error) {
        lastError = RpcError.from(error);
      }
      if (stopped()) break;
      if (stream.live) {
        stream.live = false;
        overdue = setTimeout(declareLost, nodeLostAfterMs);
        log.info({ err: lastError }, 'room stream broke');
      }
      // A node that has no topology of the meeting yet gets it in a moment; other refusals stay.
      if ((stream.lost || !lastError.retryable) && lastError.code !== 'FAILED_PRECONDITION') wake();
      const hurried = new AbortController();
      tryNow = () => {
        failures = 0;
        hurried.abort();
      };
      const signal = AbortSignal.any([stop.signal, hurried.signal]);
      await sleep(backoffMs(retry, failures, Math.random()), undefined, { signal }).catch(() => undefined);
      failures += 1;
    }
    clearTimeout(overdue);
  };
  void run();

  const usable = (): RtpCapabilities | undefined => (stream.lost ? undefined : view.capabilities);
  return {
    meetingId,
    placement,
    media,
    view,
    ready: async (deadlineMs) => {
      if (usable() === undefined && pulse.lost === undefined && !stopped()) {
        tryNow();
        const woken = new Promise<void>((resolve) => waiting.push(resolve));
        await Promise.race([woken, sleep(deadlineMs, undefined, { ref: false })]);
      }
      const capabilities = usable();
      if (capabilities === undefined) throw lastError;
      return capabilities;
    },
    leaveBehind: (participantId) => {
      leftBehind.add(participantId);
      if (pulse.lost === undefined) void takeOut(participantId);
    },
    close: () => {
      unfollowLost();
      unfollowFound();
      stop.abort();
      wake();
    },
  };
}

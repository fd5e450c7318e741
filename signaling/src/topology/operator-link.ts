/**
 * The line to the operator's leader: found by dialling every address of its headless service, kept for as long as its topology
 * stream lives. While there is none, signaling goes on without the operator (law 1).
 */
import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@parley/process/backoff.js';
import { PlacementService, type PlaceRequestSchema } from '@parley/proto/gen/parley/v1/placement_pb.js';
import type { PlaceResponse, TopologyEvent, TurnServer } from '@parley/proto/gen/parley/v1/placement_pb.js';
import { RecordingsService } from '@parley/proto/gen/parley/v1/recordings_pb.js';
import { createRpcChannel, type RpcMethods } from '@parley/proto/rpc-client.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Logger } from '@parley/process/log.js';
import { traceHeaders } from '@parley/process/tracing.js';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TopologyFeed } from './topology-directory.js';

/** The leader sends something every second. */
const streamIdleMs = 3_500;
const placeDeadlineMs = 1_000;
const retry = { firstMs: 100, lastMs: 2_000 };

export interface OperatorLink {
  /** Whether a leader is there and has told every topology. */
  readonly synced: boolean;
  /** @throws RpcError UNAVAILABLE at once when no leader is known; whatever the leader answers otherwise. */
  place(request: MessageInitShape<typeof PlaceRequestSchema>): Promise<PlaceResponse>;
  /** @throws RpcError UNAVAILABLE when no leader is known. */
  recordings(): RpcMethods<typeof RecordingsService>;
  close(): Promise<void>;
}

export interface OperatorLinkOptions {
  /** host:port; the host may resolve to several addresses. */
  readonly address: string;
  readonly credentials: RpcCredentials;
  readonly feed: TopologyFeed;
  /** All TURN servers that there are now; what was told last stands while the operator is away. */
  readonly onTurnServers: (servers: readonly TurnServer[]) => void;
  /** There is room again, or may be, for a meeting whose people were refused. */
  readonly onRoom: (meetingId: string) => void;
  readonly log: Logger;
}

interface Leader {
  readonly address: string;
  readonly client: RpcMethods<typeof PlacementService>;
  readonly recordings: RpcMethods<typeof RecordingsService>;
  synced: boolean;
}

export function openOperatorLink(options: OperatorLinkOptions): OperatorLink {
  const stop = new AbortController();
  let leader: Leader | undefined;

  const follow = async (address: string, round: AbortController): Promise<void> => {
    const channel = createRpcChannel({ address, role: 'operator', credentials: options.credentials });
    const candidate: Leader = {
      address,
      client: channel.client(PlacementService),
      recordings: channel.client(RecordingsService),
      synced: false,
    };
    const told = new Set<string>();
    const sinceMs = Date.now();
    try {
      const events = candidate.client.watchTopologies({}, { idleTimeoutMs: streamIdleMs, signal: round.signal });
      for await (const event of events) {
        if (leader === undefined) {
          leader = candidate;
          options.log.info({ address }, 'the operator leads here');
        }
        if (event.turnServers !== undefined) options.onTurnServers(event.turnServers.servers);
        take(event, options.feed, told);
        for (const meetingId of event.roomMeetingIds) options.onRoom(meetingId);
        if (event.synced && !candidate.synced) {
          options.feed.retainOnly(told, sinceMs);
          candidate.synced = true;
        }
      }
    } catch (error) {
      options.log.debug({ err: error, address }, 'an operator is not the leader, or is away');
    } finally {
      channel.close();
      if (leader === candidate) {
        leader = undefined;
        options.log.warn({ address }, 'the operator is away; going on with what is known');
        round.abort();
      }
    }
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stop.signal.aborted) {
      const round = new AbortController();
      const cancel = (): void => {
        round.abort();
      };
      stop.signal.addEventListener('abort', cancel, { once: true });
      const startedAtMs = Date.now();
      await Promise.allSettled((await resolve(options.address)).map((address) => follow(address, round)));
      stop.signal.removeEventListener('abort', cancel);
      failures = Date.now() - startedAtMs > retry.lastMs * 5 ? 0 : failures + 1;
      await sleep(backoffMs(retry, failures, Math.random()), undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const running = run();

  return {
    get synced() {
      return leader?.synced === true;
    },
    recordings: () => known(leader).recordings,
    place: async (request) => {
      const response = await known(leader).client.place(request, {
        deadlineMs: placeDeadlineMs,
        metadata: traceHeaders(),
      });
      if (response.topology !== undefined) options.feed.offer(response.topology);
      return response;
    },
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

function known(leader: Leader | undefined): Leader {
  if (leader === undefined) throw new RpcError('UNAVAILABLE', 'no operator leads right now');
  return leader;
}

function take(event: TopologyEvent, feed: TopologyFeed, told: Set<string>): void {
  if (event.topology === undefined) return;
  if (event.removed) {
    feed.remove(event.topology);
    return;
  }
  told.add(event.topology.meetingId);
  feed.offer(event.topology);
}

/** host:port of each address behind a name; none when it cannot be resolved right now. */
async function resolve(address: string): Promise<readonly string[]> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address: ip, family }) => `${family === 6 ? `[${ip}]` : ip}${address.slice(colon)}`);
  } catch {
    return [];
  }
}

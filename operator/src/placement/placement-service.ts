/** Answers signaling from memory, in milliseconds. Only the leader does; a standby says so, and signaling dials the next. */
import type {
  PlaceRequest,
  PlaceResponseSchema,
  PlacementService,
  TopologyEventSchema,
} from '@parley/proto/gen/parley/v1/placement_pb.js';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { createMessageQueue } from '@parley/proto/message-queue.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RpcContext, RpcHandlers } from '@parley/proto/rpc-server.js';
import type { Clock } from '../kube/clock.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import { topologyMessage } from '../publish/topology-message.js';
import type { TurnFeed } from '../turn/turn-feed.js';
import { createLatestChanges, type LatestChanges } from './latest-changes.js';
import type { TopologyChange, TopologyFeed } from './topology-feed.js';

/** What the service needs of a leadership; there is one at most, and none on a standby. */
export interface PlacementLeader {
  readonly feed: TopologyFeed;
  readonly turnFeed: Pick<TurnFeed, 'servers' | 'subscribe'>;
  /** Aborts when the leadership ends. */
  readonly signal: AbortSignal;
  /** @throws RpcError */
  place(request: PlaceRequest, signal: AbortSignal): Promise<MessageInitShape<typeof PlaceResponseSchema>>;
}

export interface PlacementServiceDeps {
  readonly leader: () => PlacementLeader | undefined;
  readonly clock: Clock;
  readonly metrics: OperatorMetrics;
}

type Event = MessageInitShape<typeof TopologyEventSchema>;
/** Topologies are to be told. */
const CHANGES = 'Changes';

const KEEP_ALIVE_MS = 1_000;
/** Topologies apart. A follower that is so far behind is cut off: it comes again, and starts with everything (law 6). */
const MAX_QUEUED = 2_000;
const MAX_PARTICIPANTS = 500;

export function createPlacementHandlers(deps: PlacementServiceDeps): RpcHandlers<typeof PlacementService> {
  const leading = (): PlacementLeader => {
    const leader = deps.leader();
    if (leader === undefined) throw new RpcError('FAILED_PRECONDITION', 'this operator does not lead');
    return leader;
  };
  return {
    place: async (request, { signal }) => {
      const leader = leading();
      if (request.participantIds.length === 0 || request.participantIds.length > MAX_PARTICIPANTS)
        throw new RpcError('INVALID_ARGUMENT', `participant_ids must be 1 to ${String(MAX_PARTICIPANTS)}`);
      const stopTimer = deps.metrics.placeSeconds.startTimer();
      try {
        return await leader.place(request, AbortSignal.any([signal, leader.signal]));
      } finally {
        stopTimer();
      }
    },
    watchTopologies: (_, context) => follow(deps, leading(), context),
  };
}

async function* follow(
  deps: PlacementServiceDeps,
  leader: PlacementLeader,
  { signal }: RpcContext,
): AsyncGenerator<Event> {
  const { feed, turnFeed } = leader;
  const queue = createMessageQueue<Event | typeof CHANGES>(MAX_QUEUED);
  const changes = createLatestChanges();
  let isQueued = false;
  const change = (next: TopologyChange): void => {
    changes.put(next);
    if (isQueued) return;
    isQueued = true;
    queue.push(CHANGES);
  };
  const end = (): void => queue.end(new RpcError('FAILED_PRECONDITION', 'this operator does not lead any more'));
  const stop = (): void => queue.end();
  let cancelKeepAlive = (): void => undefined;
  const keepAlive = (): void => {
    queue.push({});
    cancelKeepAlive = deps.clock.after(KEEP_ALIVE_MS, keepAlive);
  };
  leader.signal.addEventListener('abort', end, { once: true });
  signal.addEventListener('abort', stop, { once: true });
  deps.metrics.watchers.inc();
  const tellTurn = (): void => {
    queue.push({ turnServers: { servers: turnFeed.servers() } });
  };
  const unsubscribeTurn = turnFeed.subscribe(tellTurn);
  const unsubscribe = feed.subscribe(change);
  const unsubscribeRoom = feed.onRoom((meetingIds) => {
    queue.push({ roomMeetingIds: [...meetingIds] });
  });
  try {
    keepAlive();
    tellTurn();
    for (const topology of feed.values()) change({ kind: 'Changed', topology });
    feed.onComplete(() => queue.push({ synced: true }));
    for await (const next of queue) {
      if (next !== CHANGES) {
        yield next;
        continue;
      }
      isQueued = false;
      yield* eventsOf(changes);
    }
  } finally {
    cancelKeepAlive();
    unsubscribe();
    unsubscribeRoom();
    unsubscribeTurn();
    leader.signal.removeEventListener('abort', end);
    signal.removeEventListener('abort', stop);
    deps.metrics.watchers.dec();
  }
}

/** Those that there are now: what comes while they are sent is queued behind what else is. */
function* eventsOf(changes: LatestChanges): Generator<Event> {
  for (let left = changes.size; left > 0; left -= 1) {
    const next = changes.take();
    if (next === undefined) return;
    yield { topology: topologyMessage(next.topology), removed: next.kind === 'Removed' };
  }
}

/** What is left of a meeting whose resource is gone: its nodes close it, clients are told why, and nothing of it stays published. */
import type { ReconcileContext } from '../kube/controller-loop.js';
import type { TopologyFeed } from '../placement/topology-feed.js';
import { applyTopology, type ApplyDeps } from './apply.js';
import type { MeetingRecord } from './meeting-store.js';

export interface RemoveDeps extends ApplyDeps {
  readonly feed: TopologyFeed;
}

/** The removal could not be told to every node that can be reached; to be tried again. */
export class RemovalIncompleteError extends Error {
  override readonly name = 'RemovalIncompleteError';
}

/**
 * Idempotent. A node that cannot be reached holds nothing up: when it comes back, it reports a meeting that is no more, and is told.
 * @throws RemovalIncompleteError
 */
export async function removeMeeting(deps: RemoveDeps, record: MeetingRecord, context: ReconcileContext): Promise<void> {
  const ended = endedTopology(record);
  const current: MeetingRecord = { ...record, topology: ended };
  if (ended !== record.topology) {
    deps.store.put(current);
    // Signaling first: it tells clients why before their transports close.
    deps.feed.publish(ended);
    context.log.info({ meetingId: record.meetingId, reason: ended.endReason }, 'a meeting is removed');
  }
  const { untold } = await applyTopology(deps, current, context);
  if (untold.length > 0) throw new RemovalIncompleteError(`not told: ${untold.join(', ')}`);
  deps.feed.remove(ended);
  deps.store.delete(record.meetingId);
}

function endedTopology({ topology, expired }: MeetingRecord): MeetingRecord['topology'] {
  const endReason = expired ? 'Expired' : 'Deleted';
  if (topology.state === 'Ended' && topology.endReason === endReason) return topology;
  return { ...topology, state: 'Ended', endReason, placements: [], relays: [], taps: [], epoch: topology.epoch + 1 };
}

/**
 * What a follower of topologies is still to be told: of several changes of a meeting only the last. So it is bounded by the meetings that
 * there are, however far behind the follower is (law 6), and a new leader may decide on all of them at once.
 */
import type { TopologyChange } from './topology-feed.js';

export interface LatestChanges {
  readonly size: number;
  put(change: TopologyChange): void;
  /** The one that has waited longest. */
  take(): TopologyChange | undefined;
}

export function createLatestChanges(): LatestChanges {
  const changes = new Map<string, TopologyChange>();
  return {
    get size() {
      return changes.size;
    },
    put: (change) => {
      changes.set(change.topology.meetingId, change);
    },
    take: () => {
      for (const [meetingId, change] of changes) {
        changes.delete(meetingId);
        return change;
      }
      return undefined;
    },
  };
}

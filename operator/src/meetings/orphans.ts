/** Meetings that a node holds and that have no resource any more: deleted while nobody led, or while the node was away. */
import { create } from '@bufbuild/protobuf';
import { EndReason, MeetingState, TopologySchema } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { Clock } from '../kube/clock.js';
import type { Reconcile } from '../kube/controller-loop.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { NodeDirectory } from '../nodes/node-directory.js';
import type { MeetingStore } from './meeting-store.js';

/** An earlier leader may have seen a Meeting that our watch is yet to show. */
export const ORPHAN_GRACE_MS = 5_000;

export interface OrphanDeps {
  readonly store: MeetingStore;
  readonly directory: NodeDirectory;
  readonly meetings: ObjectCache<Meeting, 'meetingId'>;
  readonly clock: Clock;
  readonly term: number;
}

/** Its keys are meeting ids. */
export function createOrphanReconciler(deps: OrphanDeps): Reconcile {
  const { directory, clock } = deps;
  const firstSeenMs = new Map<string, number>();
  return async (meetingId, { signal, log }) => {
    const isKnown = deps.store.get(meetingId) !== undefined || deps.meetings.byIndex('meetingId', meetingId).length > 0;
    const nodes = directory.holders(meetingId).filter((node) => directory.contact(node) === 'Live');
    if (isKnown || nodes.length === 0) {
      firstSeenMs.delete(meetingId);
      return {};
    }
    const seenMs = firstSeenMs.get(meetingId) ?? clock.monotonicMs();
    firstSeenMs.set(meetingId, seenMs);
    const graceLeftMs = seenMs + ORPHAN_GRACE_MS - clock.monotonicMs();
    if (graceLeftMs > 0) return { requeueAfterMs: graceLeftMs };
    log.info({ meetingId, nodes, reason: 'Orphaned' }, 'nodes are told that a meeting is no more');
    await Promise.all(
      nodes.map(async (node) => {
        const epoch = (directory.meetingReport(node, meetingId)?.epoch ?? 0) + 1;
        const ended = create(TopologySchema, {
          meetingId,
          term: deps.term,
          epoch,
          state: MeetingState.ENDED,
          endReason: EndReason.DELETED,
        });
        await directory.apply(node, { topology: ended, fingerprint: '' }, signal);
      }),
    );
    // Until the nodes report that it is gone.
    return { requeueAfterMs: ORPHAN_GRACE_MS };
  };
}

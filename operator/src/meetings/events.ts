/** What makes a meeting be looked at again: its resource, its nodes, and the pools that it may use. */
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import { phaseOf } from '../core/status/meeting-status.js';
import type { Clock } from '../kube/clock.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { NodeDirectory, NodeEvent } from '../nodes/node-directory.js';
import type { CountWrites } from './count-writes.js';
import { nodeNameOf, type MeetingRecord, type MeetingStore } from './meeting-store.js';
import { lastStatusOf } from './status-writer.js';

export interface MeetingEventsDeps {
  readonly store: MeetingStore;
  readonly directory: NodeDirectory;
  readonly meetings: ObjectCache<Meeting, 'namespace'>;
  readonly counts: CountWrites;
  readonly clock: Clock;
  readonly enqueue: (key: string) => void;
  /** A node reports a meeting that nothing is known of. */
  readonly onOrphan: (meetingId: string) => void;
}

export interface MeetingEvents {
  /** A pool of the namespace came, went or changed: its meetings may be placed now. */
  readonly namespaceChanged: (namespace: string) => void;
  /** A node (by key) came, went or changed: meetings on it, and those that wait for one, are looked at. */
  readonly nodeChanged: (node: string) => void;
  readonly close: () => void;
}

export function followMeetingEvents(deps: MeetingEventsDeps): MeetingEvents {
  const { store, directory, enqueue } = deps;

  const totalOf = (meetingId: string): number => {
    let total = 0;
    for (const count of store.reportedParticipants(meetingId).values()) total += count;
    return total;
  };
  const writtenOf = (record: MeetingRecord): { readonly total: number; readonly phase: string | undefined } => {
    const meeting = deps.meetings.get(record.key);
    const status = meeting === undefined ? record.written?.status : lastStatusOf(record, meeting);
    return { total: status?.participants?.total ?? 0, phase: status?.phase };
  };
  const countChanged = (meetingId: string): void => {
    const record = store.get(meetingId);
    if (record === undefined) return;
    if (phaseOf(record.topology, totalOf(meetingId)) !== writtenOf(record).phase) {
      enqueue(record.key);
      return;
    }
    deps.counts.touch(record.key, {
      difference: () => {
        const current = store.get(meetingId);
        return current === undefined ? 0 : totalOf(meetingId) - writtenOf(current).total;
      },
      writtenAtMs: () => store.get(meetingId)?.written?.atMs ?? Number.NEGATIVE_INFINITY,
      grant: () => enqueue(record.key),
    });
  };

  /** Its people were moved within the meeting, whose count is as before. */
  const leftDraining = (meetingId: string, node: string): void => {
    const record = store.get(meetingId);
    if (record?.topology.placements.some((placement) => placement.node === node && placement.draining) === true)
      enqueue(record.key);
  };

  const onNodeEvent = (event: NodeEvent): void => {
    if (event.kind === 'MeetingReported') {
      const { meetingId } = event;
      store.noteArrivals(meetingId, nodeNameOf(event.node), event.participants - event.before);
      if (store.get(meetingId) === undefined) deps.onOrphan(meetingId);
      else countChanged(meetingId);
      if (event.participants === 0) leftDraining(meetingId, nodeNameOf(event.node));
      return;
    }
    nodeChanged(event.node);
  };
  /** Those that are on it, were on it, or wait for a node of its namespace. */
  const nodeChanged = (node: string): void => {
    const namespace = node.slice(0, node.indexOf('/'));
    const name = nodeNameOf(node);
    for (const record of store.values()) {
      if (record.namespace !== namespace) continue;
      const isOnIt = record.topology.placements.some((placement) => placement.node === name);
      if (isOnIt || record.applied.has(node) || isWaiting(record) || directory.meetingReport(node, record.meetingId))
        enqueue(record.key);
    }
  };
  const isWaiting = ({ topology, verdict }: MeetingRecord): boolean =>
    topology.state !== 'Ended' && (!verdict.placed || verdict.reason === 'DrainWaits');

  const unsubscribe = directory.subscribe(onNodeEvent);
  return {
    namespaceChanged: (namespace) => {
      for (const meeting of deps.meetings.byIndex('namespace', namespace)) {
        const record = store.get(meetingIdOf(meeting.metadata.uid));
        if (record !== undefined && record.topology.state !== 'Ended') enqueue(record.key);
      }
    },
    nodeChanged,
    close: unsubscribe,
  };
}

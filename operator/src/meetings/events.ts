/** What makes a meeting be looked at again: its resource, its nodes, and the pools that it may use. */
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import { phaseOf } from '../core/status/meeting-status.js';
import type { Clock } from '../kube/clock.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { NodeDirectory, NodeEvent } from '../nodes/node-directory.js';
import type { NodeViews } from '../nodes/node-views.js';
import type { TopologyFeed } from '../placement/topology-feed.js';
import type { CountWrites } from './count-writes.js';
import { nodeNameOf, type MeetingRecord, type MeetingStore } from './meeting-store.js';
import { lastStatusOf } from './status-writer.js';

export interface MeetingEventsDeps {
  readonly store: MeetingStore;
  readonly directory: NodeDirectory;
  readonly meetings: ObjectCache<Meeting, 'namespace'>;
  readonly views: Pick<NodeViews, 'onRoom'>;
  readonly feed: Pick<TopologyFeed, 'tellRoom'>;
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

  /** Two of its nodes have lost, or found, each other. */
  const reachChanged = (meetingId: string): void => {
    const record = store.get(meetingId);
    if (record !== undefined) enqueue(record.key);
  };

  const onNodeEvent = (event: NodeEvent): void => {
    if (event.kind === 'MeetingReported') {
      const { meetingId } = event;
      store.noteArrivals(meetingId, nodeNameOf(event.node), event.participants - event.before);
      if (store.get(meetingId) === undefined) deps.onOrphan(meetingId);
      else countChanged(meetingId);
      if (event.lost.length + event.found.length > 0) reachChanged(meetingId);
      if (event.participants === 0) leftDraining(meetingId, nodeNameOf(event.node));
      return;
    }
    if (event.kind !== 'LoadReported') nodeChanged(event.node);
  };
  /** Those that are on it, were on it, or wait for a node of its namespace. */
  const nodeChanged = (node: string): void => {
    for (const record of store.onNode(node)) enqueue(record.key);
    for (const meetingId of directory.meetingsOn(node)) {
      const record = store.get(meetingId);
      if (record !== undefined) enqueue(record.key);
    }
    roomIn(node.slice(0, node.indexOf('/')));
  };
  const roomIn = (namespace: string): void => {
    for (const record of store.waitingIn(namespace)) enqueue(record.key);
    const refused = store.refusedIn(namespace);
    if (refused.length === 0) return;
    deps.feed.tellRoom(refused.map(({ meetingId }) => meetingId));
    for (const { meetingId } of refused) store.forgetRefusal(meetingId);
  };

  const unsubscribe = [directory.subscribe(onNodeEvent), deps.views.onRoom(roomIn)];
  return {
    namespaceChanged: (namespace) => {
      for (const meeting of deps.meetings.byIndex('namespace', namespace)) {
        const record = store.get(meetingIdOf(meeting.metadata.uid));
        if (record !== undefined && record.topology.state !== 'Ended') enqueue(record.key);
      }
    },
    nodeChanged,
    close: () => {
      for (const end of unsubscribe) end();
    },
  };
}

/** What the leader knows of its meetings, in memory: the topology decided last, who has it, and whom nodes still expect. */
import type { MeetingId } from '@parley/crds/meeting-id.js';
import type { MeetingStatus } from '@parley/crds/meeting.js';
import type { PlacedVerdict } from '../core/meeting/plan.js';
import { outstandingByNode, settleReservations, type Reservations } from '../core/placement/reservations.js';
import type { MeetingTopology } from '../core/topology/topology.js';
import type { Clock } from '../kube/clock.js';
import type { NodeDirectory } from '../nodes/node-directory.js';
import type { ExpectedLoad } from '../nodes/node-views.js';

export interface MeetingRecord {
  readonly meetingId: MeetingId;
  /** namespace/name of its resource. */
  readonly key: string;
  readonly namespace: string;
  readonly expectedParticipants: number;
  readonly topology: MeetingTopology;
  readonly verdict: PlacedVerdict;
  readonly reservations: Reservations;
  /** What each node (by key) was told last. */
  readonly applied: ReadonlyMap<string, AppliedTopology>;
  /** The status written last, until the cache shows it or a newer one. */
  readonly written: WrittenStatus | undefined;
  /** Its time to live has passed, and the resource was deleted for it. */
  readonly expired: boolean;
}

export interface AppliedTopology {
  readonly instanceId: string;
  readonly term: number;
  readonly epoch: number;
}

export interface WrittenStatus {
  readonly status: MeetingStatus;
  readonly resourceVersion: string;
  readonly atMs: number;
}

export interface MeetingStore extends ExpectedLoad {
  readonly size: number;
  get(meetingId: string): MeetingRecord | undefined;
  byKey(key: string): MeetingRecord | undefined;
  values(): IterableIterator<MeetingRecord>;
  put(record: MeetingRecord): void;
  /** Changes a record that is there. */
  update(meetingId: string, change: (record: MeetingRecord) => MeetingRecord): void;
  delete(meetingId: string): void;
  /** People of a meeting by node name: reported, and placed but not yet reported. */
  participants(record: Pick<MeetingRecord, 'meetingId' | 'namespace' | 'reservations'>): ReadonlyMap<string, number>;
  /** People that nodes report, by node name. */
  reportedParticipants(meetingId: string): ReadonlyMap<string, number>;
  /** A node reports more people than before: reservations are theirs. */
  noteArrivals(meetingId: string, node: string, arrived: number): void;
}

export function nodeKey(namespace: string, node: string): string {
  return `${namespace}/${node}`;
}

export function nodeNameOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

export function createMeetingStore(directory: NodeDirectory, clock: Clock): MeetingStore {
  const records = new Map<string, MeetingRecord>();
  const idByKey = new Map<string, string>();
  const expected = new Map<string, number>();
  /** Meetings that have reservations, so that reading a node's load costs no walk over all meetings. */
  const reserving = new Set<string>();

  const addExpected = (record: MeetingRecord | undefined, sign: 1 | -1): void => {
    if (record === undefined || record.topology.placements.length === 0) return;
    const share = Math.ceil(record.expectedParticipants / record.topology.placements.length);
    for (const { node } of record.topology.placements) {
      const key = nodeKey(record.namespace, node);
      const sum = (expected.get(key) ?? 0) + sign * share;
      if (sum === 0) expected.delete(key);
      else expected.set(key, sum);
    }
  };
  const put = (record: MeetingRecord): void => {
    addExpected(records.get(record.meetingId), -1);
    addExpected(record, 1);
    records.set(record.meetingId, record);
    idByKey.set(record.key, record.meetingId);
    if (record.reservations.size > 0) reserving.add(record.meetingId);
    else reserving.delete(record.meetingId);
  };
  const reportedParticipants = (meetingId: string): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const key of directory.holders(meetingId))
      counts.set(nodeNameOf(key), directory.meetingReport(key, meetingId)?.participants ?? 0);
    return counts;
  };

  return {
    get size() {
      return records.size;
    },
    get: (meetingId) => records.get(meetingId),
    byKey: (key) => {
      const meetingId = idByKey.get(key);
      return meetingId === undefined ? undefined : records.get(meetingId);
    },
    values: () => records.values(),
    put,
    update: (meetingId, change) => {
      const record = records.get(meetingId);
      if (record !== undefined) put(change(record));
    },
    delete: (meetingId) => {
      const record = records.get(meetingId);
      if (record === undefined) return;
      addExpected(record, -1);
      records.delete(meetingId);
      reserving.delete(meetingId);
      if (idByKey.get(record.key) === meetingId) idByKey.delete(record.key);
    },
    reportedParticipants,
    participants: ({ meetingId, reservations }) => {
      const counts = reportedParticipants(meetingId);
      for (const [node, count] of outstandingByNode(reservations, clock.monotonicMs()))
        counts.set(node, (counts.get(node) ?? 0) + count);
      return counts;
    },
    noteArrivals: (meetingId, node, arrived) => {
      const record = records.get(meetingId);
      if (record === undefined || record.reservations.size === 0) return;
      records.set(meetingId, { ...record, reservations: settleReservations(record.reservations, node, arrived) });
    },
    outstandingOn: (node) => {
      let sum = 0;
      for (const meetingId of reserving) {
        const record = records.get(meetingId);
        if (record === undefined || !node.startsWith(`${record.namespace}/`)) continue;
        sum += outstandingByNode(record.reservations, clock.monotonicMs()).get(nodeNameOf(node)) ?? 0;
      }
      return sum;
    },
    expectedOn: (node) => {
      const people = directory.report(node)?.participants ?? 0;
      return Math.max(0, (expected.get(node) ?? 0) - people);
    },
  };
}

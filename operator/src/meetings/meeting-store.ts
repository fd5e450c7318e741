/** What the leader knows of its meetings, in memory: the topology decided last, who has it, and whom nodes still expect. */
import type { MeetingId } from '@parley/crds/meeting-id.js';
import type { MeetingStatus } from '@parley/crds/meeting.js';
import type { RefusalReason } from '@parley/crds/reasons.js';
import type { PlacedVerdict } from '../core/meeting/plan.js';
import { comingOfMeeting, createComingLedger } from '../core/load/coming.js';
import {
  expectedGrowth,
  FILLING_STEPS_MS,
  NO_HISTORY,
  observePresence,
  type MeetingHistory,
} from '../core/load/growth.js';
import {
  outstandingByNode,
  RESERVATION_MS,
  settleReservations,
  type Reservations,
} from '../core/placement/reservations.js';
import type { MeetingTopology } from '../core/topology/topology.js';
import type { Clock } from '../kube/clock.js';
import { createFifo } from '../kube/fifo.js';
import type { NodeDirectory } from '../nodes/node-directory.js';
import type { ComingLoad } from '../nodes/node-views.js';

export interface MeetingRecord {
  readonly meetingId: MeetingId;
  /** namespace/name of its resource. */
  readonly key: string;
  readonly namespace: string;
  /** How many will likely come (core/load/gatherings.ts). */
  readonly expectedParticipants: number;
  readonly topology: MeetingTopology;
  readonly verdict: PlacedVerdict;
  readonly reservations: Reservations;
  /** What each node (by key) was told last. */
  readonly applied: ReadonlyMap<string, AppliedTopology>;
  /** The last write of its status. */
  readonly written: WrittenStatus | undefined;
  /** People were refused for lack of room, last at that time. */
  readonly refusal?: Refusal | undefined;
  /** Its time to live has passed, and the resource was deleted for it. */
  readonly expired: boolean;
}

export interface Refusal {
  readonly reason: RefusalReason;
  readonly atMs: number;
}

/** Who waits asks again sooner than this (signaling's room-queue.ts): later nobody waits any more. */
export const WAITING_MS = 15_000;

/** Why people wait for room in the meeting; undefined: nobody does. */
export function waitsFor({ refusal }: Pick<MeetingRecord, 'refusal'>, nowMs: number): RefusalReason | undefined {
  // That nodes take nobody for half a second is no news to anybody.
  if (refusal === undefined || refusal.reason === 'TooManyAtOnce') return undefined;
  return nowMs - refusal.atMs >= WAITING_MS ? undefined : refusal.reason;
}

export interface AppliedTopology {
  readonly instanceId: string;
  readonly term: number;
  readonly epoch: number;
}

export interface WrittenStatus {
  /** Until the cache shows it or a newer one. */
  readonly status: MeetingStatus | undefined;
  readonly resourceVersion: string;
  /** Of the Meeting that it was decided by. */
  readonly generation: number;
  readonly atMs: number;
}

export interface MeetingStore extends ComingLoad {
  readonly size: number;
  get(meetingId: string): MeetingRecord | undefined;
  byKey(key: string): MeetingRecord | undefined;
  values(): IterableIterator<MeetingRecord>;
  /** Those with a placement on the node (by key), or that told it of one. */
  onNode(node: string): readonly MeetingRecord[];
  /** Those of a namespace that wait for a node, or for room on one. */
  waitingIn(namespace: string): readonly MeetingRecord[];
  /** Those of a namespace for which people were refused for lack of room. */
  refusedIn(namespace: string): readonly MeetingRecord[];
  put(record: MeetingRecord): void;
  /** Changes a record that is there. */
  update(meetingId: string, change: (record: MeetingRecord) => MeetingRecord): void;
  delete(meetingId: string): void;
  /** Unless people still wait, as far as can be told. */
  forgetRefusal(meetingId: string): void;
  /** People of a meeting by node name: reported, and placed but not yet reported. */
  participants(record: Pick<MeetingRecord, 'meetingId' | 'namespace' | 'reservations'>): ReadonlyMap<string, number>;
  /** People that nodes report, by node name. */
  reportedParticipants(meetingId: string): ReadonlyMap<string, number>;
  /** The most people at once of the last time that people were in it; 0: this leader has seen none. */
  lastPeakOf(meetingId: string): number;
  /** A node reports so many more people of the meeting than before (or fewer): reservations are theirs. */
  noteArrivals(meetingId: string, node: string, arrived: number): void;
}

export function nodeKey(namespace: string, node: string): string {
  return `${namespace}/${node}`;
}

export function nodeNameOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

export function createMeetingStore(
  directory: Pick<NodeDirectory, 'holders' | 'meetingReport'>,
  clock: Pick<Clock, 'monotonicMs'>,
): MeetingStore {
  const records = new Map<string, MeetingRecord>();
  const idByKey = new Map<string, string>();
  const idsByNode = createGroups();
  const waitingIds = createGroups();
  const refusedIds = createGroups();
  const histories = new Map<string, MeetingHistory>();
  const listeners = new Set<(node: string) => void>();
  const ledger = createComingLedger((node) => {
    for (const listener of listeners) listener(node);
  });
  /** When time alone changes who is expected: in order, as each waits equally long. */
  const wakeUps = [RESERVATION_MS, ...FILLING_STEPS_MS].map((delayMs) => ({
    delayMs,
    queue: createFifo<{ readonly meetingId: string; readonly dueMs: number }>(),
  }));

  const reportedParticipants = (meetingId: string): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const key of directory.holders(meetingId))
      counts.set(nodeNameOf(key), directory.meetingReport(key, meetingId)?.participants ?? 0);
    return counts;
  };

  const recordsOf = (ids: Iterable<string>): readonly MeetingRecord[] =>
    [...ids].flatMap((meetingId) => records.get(meetingId) ?? []);
  const wakeUp = (meetingId: string, delayMs: number): void => {
    const wait = wakeUps.find((candidate) => candidate.delayMs === delayMs);
    wait?.queue.push({ meetingId, dueMs: clock.monotonicMs() + delayMs });
  };
  const recount = (record: MeetingRecord): void => {
    const { meetingId, namespace, topology } = record;
    const nowMs = clock.monotonicMs();
    const reported = reportedParticipants(meetingId);
    const byName = outstandingByNode(record.reservations, nowMs);
    const before = histories.get(meetingId) ?? NO_HISTORY;
    const history = observePresence(before, sumOf(reported), nowMs);
    histories.set(meetingId, history);
    if (history.startedAtMs !== before.startedAtMs && history.startedAtMs !== undefined)
      for (const stepMs of FILLING_STEPS_MS) wakeUp(meetingId, stepMs);
    const growth = expectedGrowth({
      expectedParticipants: record.expectedParticipants,
      maxParticipants: topology.settings.maxParticipants,
      present: sumOf(reported) + sumOf(byName),
      history,
      nowMs,
    });
    const keyed = (counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
      new Map([...counts].map(([node, count]) => [nodeKey(namespace, node), count]));
    const nodes = topology.placements.filter(({ draining }) => !draining).map(({ node }) => nodeKey(namespace, node));
    ledger.set(meetingId, comingOfMeeting({ nodes, present: keyed(reported), outstanding: keyed(byName), growth }));
  };
  const put = (record: MeetingRecord): void => {
    const before = records.get(record.meetingId);
    records.set(record.meetingId, record);
    idByKey.set(record.key, record.meetingId);
    if (before?.topology !== record.topology || before.applied !== record.applied)
      idsByNode.move(record.meetingId, nodesOf(before), nodesOf(record));
    waitingIds.move(record.meetingId, waitingOf(before), waitingOf(record));
    refusedIds.move(record.meetingId, refusedOf(before), refusedOf(record));
    const isReserving = before?.reservations !== record.reservations && record.reservations.size > 0;
    if (isReserving) wakeUp(record.meetingId, RESERVATION_MS);
    const isSame = before?.topology === record.topology && before.expectedParticipants === record.expectedParticipants;
    if (isReserving || !isSame || before.reservations !== record.reservations) recount(record);
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
    onNode: (node) => recordsOf(idsByNode.of(node)),
    waitingIn: (namespace) => recordsOf(waitingIds.of(namespace)),
    refusedIn: (namespace) => recordsOf(refusedIds.of(namespace)),
    put,
    update: (meetingId, change) => {
      const record = records.get(meetingId);
      if (record !== undefined) put(change(record));
    },
    forgetRefusal: (meetingId) => {
      const record = records.get(meetingId);
      if (record?.refusal === undefined || waitsFor(record, clock.monotonicMs()) !== undefined) return;
      put({ ...record, refusal: undefined });
    },
    delete: (meetingId) => {
      const record = records.get(meetingId);
      if (record === undefined) return;
      records.delete(meetingId);
      idsByNode.move(meetingId, nodesOf(record), NONE);
      waitingIds.move(meetingId, waitingOf(record), NONE);
      refusedIds.move(meetingId, refusedOf(record), NONE);
      histories.delete(meetingId);
      ledger.set(meetingId, undefined);
      if (idByKey.get(record.key) === meetingId) idByKey.delete(record.key);
    },
    reportedParticipants,
    lastPeakOf: (meetingId) => histories.get(meetingId)?.previousPeak ?? 0,
    participants: ({ meetingId, reservations }) => {
      const counts = reportedParticipants(meetingId);
      for (const [node, count] of outstandingByNode(reservations, clock.monotonicMs()))
        counts.set(node, (counts.get(node) ?? 0) + count);
      return counts;
    },
    noteArrivals: (meetingId, node, arrived) => {
      const record = records.get(meetingId);
      if (record === undefined) return;
      const reservations = settleReservations(record.reservations, node, arrived);
      if (reservations === record.reservations) recount(record);
      else put({ ...record, reservations });
    },
    comingOn: (node) => ledger.on(node),
    settle: () => {
      for (const { queue } of wakeUps) {
        for (let next = queue.peek(); next !== undefined && next.dueMs <= clock.monotonicMs(); next = queue.peek()) {
          queue.shift();
          const record = records.get(next.meetingId);
          if (record !== undefined) recount(record);
        }
      }
    },
    onComing: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

const NONE: ReadonlySet<string> = new Set();

function nodesOf(record: MeetingRecord | undefined): ReadonlySet<string> {
  if (record === undefined) return NONE;
  const placed = record.topology.placements.map(({ node }) => nodeKey(record.namespace, node));
  return new Set([...placed, ...record.applied.keys()]);
}

function waitingOf(record: MeetingRecord | undefined): ReadonlySet<string> {
  if (record === undefined || record.topology.state === 'Ended') return NONE;
  const waits = !record.verdict.placed || record.verdict.reason === 'DrainWaits';
  return waits ? new Set([record.namespace]) : NONE;
}

function refusedOf(record: MeetingRecord | undefined): ReadonlySet<string> {
  return record?.refusal === undefined ? NONE : new Set([record.namespace]);
}

/** Meetings by something that each has several of. */
interface Groups {
  of(group: string): ReadonlySet<string>;
  move(meetingId: string, from: ReadonlySet<string>, to: ReadonlySet<string>): void;
}

function createGroups(): Groups {
  const members = new Map<string, Set<string>>();
  return {
    of: (group) => members.get(group) ?? NONE,
    move: (meetingId, from, to) => {
      for (const group of from) {
        if (to.has(group)) continue;
        members.get(group)?.delete(meetingId);
        if (members.get(group)?.size === 0) members.delete(group);
      }
      for (const group of to) members.set(group, (members.get(group) ?? new Set()).add(meetingId));
    },
  };
}

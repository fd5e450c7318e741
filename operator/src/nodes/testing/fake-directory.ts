/** What nodes report, as a test or benchmark says it, in place of their streams. */
import type { Load } from '../../core/load/load.js';
import type { NodeDirectory, NodeEvent } from '../node-directory.js';

export interface FakeDirectory extends NodeDirectory {
  /** The node reports: its load, and what of its meetings has changed. */
  reported(node: string, load: Load, meetings?: ReadonlyMap<string, number>): void;
  lose(node: string): void;
}

interface FakeEntry {
  load: Load | undefined;
  isLost: boolean;
  readonly meetings: Map<string, number>;
}

export function createFakeDirectory(): FakeDirectory {
  const entries = new Map<string, FakeEntry>();
  const holders = new Map<string, Set<string>>();
  const listeners = new Set<(event: NodeEvent) => void>();
  const emit = (event: NodeEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const setMeeting = (node: string, meetingId: string, participants: number): void => {
    const meetings = entries.get(node)?.meetings;
    const before = meetings?.get(meetingId) ?? 0;
    meetings?.set(meetingId, participants);
    holders.set(meetingId, (holders.get(meetingId) ?? new Set()).add(node));
    emit({ kind: 'MeetingReported', node, meetingId, before, participants, lost: [], found: [] });
  };
  return {
    setNode: (node, address) => {
      if (address === undefined) entries.delete(node);
      else if (!entries.has(node)) entries.set(node, { load: undefined, isLost: false, meetings: new Map() });
    },
    nodes: () => entries.keys(),
    contact: (node) => {
      const entry = entries.get(node);
      if (entry === undefined || entry.isLost) return 'Lost';
      return entry.load === undefined ? 'Connecting' : 'Live';
    },
    report: (node) => {
      const load = entries.get(node)?.load;
      return load && { instanceId: 'first', load, workerCpu: 0 };
    },
    meetingReport: (node, meetingId) => {
      const participants = entries.get(node)?.meetings.get(meetingId);
      return participants === undefined
        ? undefined
        : { term: 1, epoch: 1, participants, fingerprint: '', unreachable: [] };
    },
    holders: (meetingId) => [...(holders.get(meetingId) ?? [])],
    meetingIds: () => holders.keys(),
    meetingsOn: (node) => entries.get(node)?.meetings.keys() ?? [],
    apply: () => Promise.resolve('first'),
    connecting: () => 0,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => Promise.resolve(),
    reported: (node, load, meetings) => {
      const entry = entries.get(node);
      if (entry === undefined) throw new Error(`there is no node ${node}`);
      const isFirst = entry.load === undefined;
      entry.load = load;
      for (const [meetingId, participants] of meetings ?? []) setMeeting(node, meetingId, participants);
      emit({ kind: isFirst ? 'Connected' : 'LoadReported', node });
    },
    lose: (node) => {
      const entry = entries.get(node);
      if (entry !== undefined) entry.isLost = true;
      emit({ kind: 'Lost', node });
    },
  };
}

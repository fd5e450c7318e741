/**
 * What the operator hears from nodes, as late as it does: loads, and who of which meeting arrived or left. Stands in for the streams
 * behind the operator's NodeDirectory.
 */
import type { Cell } from '../cell.js';

export interface NodeReports {
  /** People of a meeting on a node, by the node's last report. */
  participants(node: string, meetingId: string): number;
  /** Nodes that report the meeting. */
  readonly holders: (meetingId: string) => readonly string[];
  /** Something of the meeting has changed on the node: its next report will say so. */
  readonly changed: (node: number, meeting: number, people: number) => void;
  /** Hears all reports that have come by now. */
  hear(listener: ReportListener): void;
}

export interface ReportListener {
  readonly arrived: (node: number, meeting: number, people: number) => void;
  readonly reported: (node: number) => void;
}

interface Change {
  readonly atMs: number;
  readonly meeting: number;
  readonly people: number;
}

export function createNodeReports(cell: Cell, { keyOf, idOf }: ReportNames): NodeReports {
  const { fleet } = cell;
  const pending = new Map<number, Change[]>();
  const heardMs = new Float64Array(fleet.people.length).fill(-Infinity);
  const byMeeting = new Map<string, Map<string, number>>();

  const take = (node: number, { meeting, people }: Change): void => {
    const counts = byMeeting.get(idOf(meeting)) ?? new Map<string, number>();
    const count = (counts.get(keyOf(node)) ?? 0) + people;
    if (count > 0) counts.set(keyOf(node), count);
    else counts.delete(keyOf(node));
    if (counts.size > 0) byMeeting.set(idOf(meeting), counts);
    else byMeeting.delete(idOf(meeting));
  };

  return {
    participants: (node, meetingId) => byMeeting.get(meetingId)?.get(node) ?? 0,
    holders: (meetingId) => [...(byMeeting.get(meetingId)?.keys() ?? [])],
    changed: (node, meeting, people) => {
      const changes = pending.get(node) ?? [];
      changes.push({ atMs: cell.nowMs, meeting, people });
      pending.set(node, changes);
    },
    hear: ({ arrived, reported }) => {
      for (const node of fleet.touched) {
        const reportMs = fleet.reported.atMs(node, cell.nowMs);
        if (reportMs <= (heardMs[node] as number)) continue;
        heardMs[node] = reportMs;
        const changes = pending.get(node) ?? [];
        const end = changes.findIndex(({ atMs }) => atMs >= reportMs);
        for (const change of changes.splice(0, end === -1 ? changes.length : end)) {
          take(node, change);
          arrived(node, change.meeting, change.people);
        }
        if (changes.length === 0) pending.delete(node);
        if (fleet.reported.isCurrent(node, cell.nowMs)) fleet.touched.delete(node);
        reported(node);
      }
    },
  };
}

export interface ReportNames {
  /** Of a node, as the operator keys it. */
  readonly keyOf: (node: number) => string;
  readonly idOf: (meeting: number) => string;
}

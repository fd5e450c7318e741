/**
 * Who is to come, as load on nodes: those who were placed and aren't reported yet, and those whom meetings still expect. Kept up
 * meeting by meeting, so that a node's sum is there when it is asked for, whatever the number of meetings.
 */
import { addLoad, loadBeyond, NO_LOAD, type Load } from './load.js';
import { loadOfShare } from './meeting-load.js';

export interface Coming {
  /** What those who are reported were foreseen to cost. What they do cost is in the report. */
  readonly foreseen: Load;
  /** Placed, and not yet reported: as good as there. */
  readonly placed: Load;
  /** Whom meetings expect beyond them. */
  readonly expected: Load;
}

export interface MeetingComing {
  /** Nodes that take people of the meeting. */
  readonly nodes: readonly string[];
  /** People by node, as reported. */
  readonly present: ReadonlyMap<string, number>;
  /** Placed and not yet reported, by node. */
  readonly outstanding: ReadonlyMap<string, number>;
  /** Further people to come, on whichever of its nodes. */
  readonly growth: number;
}

export const NOBODY_COMING: Coming = { foreseen: NO_LOAD, placed: NO_LOAD, expected: NO_LOAD };

/** Expected people count in equal parts on the meeting's nodes. */
export function comingOfMeeting({ nodes, present, outstanding, growth }: MeetingComing): ReadonlyMap<string, Coming> {
  const here = sum(present);
  const soon = here + sum(outstanding);
  const coming = new Map<string, Coming>();
  const growthEach = Math.ceil(growth / Math.max(1, nodes.length));
  const grown = soon + growthEach * nodes.length;
  const takes = new Set(nodes);
  for (const node of new Set([...nodes, ...outstanding.keys(), ...present.keys()])) {
    const local = present.get(node) ?? 0;
    const localSoon = local + (outstanding.get(node) ?? 0);
    const soonLoad = loadOfShare({ local: localSoon, total: soon });
    const localGrown = localSoon + (takes.has(node) ? growthEach : 0);
    const foreseen = loadOfShare({ local, total: here });
    coming.set(node, {
      foreseen,
      placed: soon === here ? NO_LOAD : loadBeyond(soonLoad, foreseen),
      expected: growth === 0 ? NO_LOAD : loadBeyond(loadOfShare({ local: localGrown, total: grown }), soonLoad),
    });
  }
  return coming;
}

export interface ComingLedger {
  /** In place of what was said of the meeting before; undefined: it is no more. Calls `changed` for each node whose sum has changed. */
  set(meetingId: string, coming: ReadonlyMap<string, Coming> | undefined): void;
  on(node: string): Coming;
}

export function createComingLedger(changed: (node: string) => void): ComingLedger {
  const byMeeting = new Map<string, ReadonlyMap<string, Coming>>();
  const sums = new Map<string, Coming & { readonly meetings: number }>();

  const add = (node: string, part: Coming): void => {
    const before = sums.get(node) ?? { ...NOBODY_COMING, meetings: 0 };
    sums.set(node, {
      foreseen: addLoad(before.foreseen, part.foreseen),
      placed: addLoad(before.placed, part.placed),
      expected: addLoad(before.expected, part.expected),
      meetings: before.meetings + 1,
    });
  };
  const subtract = (node: string, part: Coming): void => {
    const before = sums.get(node);
    if (before === undefined || before.meetings === 1) {
      sums.delete(node);
      return;
    }
    sums.set(node, {
      foreseen: loadBeyond(before.foreseen, part.foreseen),
      placed: loadBeyond(before.placed, part.placed),
      expected: loadBeyond(before.expected, part.expected),
      meetings: before.meetings - 1,
    });
  };
  return {
    set: (meetingId, coming) => {
      const before = byMeeting.get(meetingId);
      for (const [node, part] of before ?? []) subtract(node, part);
      if (coming === undefined || coming.size === 0) byMeeting.delete(meetingId);
      else byMeeting.set(meetingId, coming);
      for (const [node, part] of coming ?? []) add(node, part);
      for (const node of new Set([...(before?.keys() ?? []), ...(coming?.keys() ?? [])])) changed(node);
    },
    on: (node) => sums.get(node) ?? NOBODY_COMING,
  };
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

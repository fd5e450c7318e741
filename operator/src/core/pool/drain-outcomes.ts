import type { Drain, ObservedNode } from './world.js';

export type DrainOutcome = 'Drained' | 'DeadlineExceeded' | 'Cancelled' | 'Lost';

/** A drain as a plan saw it. */
export interface SeenDrain {
  readonly uid: string;
  readonly drain: Drain;
  readonly participants: number;
}

export interface EndedDrain {
  readonly node: string;
  readonly outcome: DrainOutcome;
  readonly seconds: number;
}

export function seenDrains(
  nodes: readonly ObservedNode[],
  drains: ReadonlyMap<string, Drain>,
): ReadonlyMap<string, SeenDrain> {
  const seen = new Map<string, SeenDrain>();
  for (const { name, uid, participants } of nodes) {
    const drain = drains.get(name);
    if (drain !== undefined) seen.set(name, { uid, drain, participants });
  }
  return seen;
}

/** Which drains of an earlier plan are no more, and how they ended. */
export function endedDrains(
  before: ReadonlyMap<string, SeenDrain>,
  now: { readonly nodes: readonly ObservedNode[]; readonly drains: ReadonlyMap<string, Drain>; readonly nowMs: number },
): readonly EndedDrain[] {
  const uids = new Map(now.nodes.map(({ name, uid, phase }) => [name, phase === 'Ending' ? '' : uid]));
  return [...before]
    .filter(([node, { uid }]) => !now.drains.has(node) || now.nodes.every((one) => one.uid !== uid))
    .map(([node, { uid, drain, participants }]) => {
      const seconds = Math.max(0, now.nowMs - drain.sinceMs) / 1000;
      if (uids.get(node) === uid) return { node, outcome: 'Cancelled', seconds };
      if (participants === 0) return { node, outcome: 'Drained', seconds };
      return { node, outcome: now.nowMs >= drain.deadlineMs ? 'DeadlineExceeded' : 'Lost', seconds };
    });
}

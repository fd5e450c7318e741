/**
 * Off a lost node, at once: onto those of the meeting's other nodes that have room for its people, else onto another. Where none has room,
 * the meeting stays: the node may only be unreachable from here.
 */
import type { Placement } from '../topology/topology.js';
import { add, keep, mayTakePeopleOf, nodeOf, peopleOn, remove, replacementOf, type Draft } from './draft.js';
import { isEmptied, promise, takesPeopleOf } from './drain.js';

export function keepPlacements(draft: Draft): void {
  const previous = draft.world.previous?.placements ?? [];
  const lost = new Set(previous.filter((placement) => isLost(draft, placement)));
  for (const placement of previous) if (!lost.has(placement)) draft.taken.add(placement.node);
  const promised = new Map<string, number>();
  const takers: { readonly taker: string; readonly people: number }[] = [];
  // In the old order, so that planning again finds the same.
  for (const placement of previous) {
    if (!lost.has(placement)) {
      keep(draft, placement);
      continue;
    }
    const taker = standInFor(draft, placement, promised);
    if (taker === undefined) {
      replaceLost(draft, placement);
      continue;
    }
    remove(draft, placement.node, 'LeftLostNode');
    const people = peopleOn(draft, placement.node);
    promised.set(taker, (promised.get(taker) ?? 0) + people);
    takers.push({ taker, people });
  }
  const letIn = new Map<string, number>();
  for (const each of takers) promise(draft, letIn, each);
}

function replaceLost(draft: Draft, placement: Placement): void {
  const added = replacementOf(draft, placement);
  if (added === undefined && nodeOf(draft, placement.node) !== undefined) {
    keep(draft, placement);
    return;
  }
  remove(draft, placement.node, 'ReplacedLostNode');
  if (added !== undefined) add(draft, added, 'ReplacedLostNode', placement);
}

/** One of the meeting's other nodes that takes the people of this one; or of those that are added now, so that planning again finds the same. */
function standInFor(draft: Draft, lost: Placement, promised: ReadonlyMap<string, number>): string | undefined {
  const takesThem = takesPeopleOf(draft, lost, promised);
  const others = [...(draft.world.previous?.placements ?? []), ...draft.placements.values()];
  return others.find((placement) => {
    const node = nodeOf(draft, placement.node);
    return node?.state === 'Serving' && mayTakePeopleOf(lost, placement) && takesThem(node);
  })?.node;
}

function isLost(draft: Draft, placement: Placement): boolean {
  const node = nodeOf(draft, placement.node);
  return (node === undefined || node.state === 'Lost') && !isEmptied(draft, placement);
}

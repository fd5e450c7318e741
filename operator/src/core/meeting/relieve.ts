/**
 * Off a node that carries too much (core/rebalance/plan.ts), make before break (law 3): all of the meeting's people there or so many of
 * them, to those of its other nodes, or one more, that stay below the target with them. Where there is none, everybody stays.
 */
import { loadBeyond, scaleCost } from '../load/load.js';
import { loadOfShare } from '../load/meeting-load.js';
import { takes, type PlacementNode } from '../placement/candidate.js';
import { chooseNode, relievesWell } from '../placement/choose-node.js';
import { MAX_MEETING_NODES } from '../placement/place-participants.js';
import type { Placement } from '../topology/topology.js';
import { add, mayTakePeopleOf, near, nodeOf, peopleInAll, peopleOn, remove, type Draft } from './draft.js';
import { promise } from './drain.js';

export function relievePlacements(draft: Draft): void {
  const promised = new Map<string, number>();
  for (const placement of [...draft.placements.values()]) {
    const relief = draft.world.reliefs.get(placement.node);
    if (relief === undefined || nodeOf(draft, placement.node)?.state !== 'Serving') continue;
    const leaving = peopleOn(draft, placement.node) - relief.staying;
    if (leaving > 0) moveSome(draft, placement, { ...relief, leaving, promised });
    else finish(draft, placement, relief.staying);
  }
}

interface Moving {
  readonly staying: number;
  readonly costScale: number;
  readonly leaving: number;
  readonly promised: Map<string, number>;
}

function moveSome(draft: Draft, placement: Placement, moving: Moving): void {
  const { staying, leaving, promised } = moving;
  const wasLeaving = draft.world.previous?.placements.some(({ node, draining }) => draining && node === placement.node);
  const taker = takerOf(draft, placement, moving);
  if (taker !== undefined) promise(draft, promised, { taker, people: leaving });
  // Others may have taken the room meanwhile: it goes on with what there is.
  else if (wasLeaving !== true || others(draft, placement).length === 0) return;
  draft.placements.set(placement.node, {
    ...placement,
    draining: true,
    staying,
    participantLimit: Math.max(1, Math.min(placement.participantLimit, staying)),
  });
  if (wasLeaving !== true) draft.actions.push({ type: 'DrainPlacement', node: placement.node, reason: 'Relieving' });
}

/** Those who are left may stay; the node gets no more of the meeting's people unless the operator says so. */
function finish(draft: Draft, placement: Placement, staying: number): void {
  if (staying === 0 && others(draft, placement).length > 0) {
    remove(draft, placement.node, 'Relieved');
    return;
  }
  const participantLimit = Math.max(1, Math.min(placement.participantLimit, staying));
  draft.placements.set(placement.node, { ...placement, participantLimit });
}

/** Nodes of the meeting that take its people from that placement. */
function others(draft: Draft, placement: Placement): readonly PlacementNode[] {
  const isNear = near(draft, placement);
  return [...draft.placements.values()].flatMap((other) => {
    const node = nodeOf(draft, other.node);
    const isOther = other.node !== placement.node && !other.draining && mayTakePeopleOf(placement, other);
    return isOther && node?.state === 'Serving' && isNear(node) ? [node] : [];
  });
}

function takerOf(draft: Draft, placement: Placement, { leaving, promised, costScale }: Moving): string | undefined {
  const total = peopleInAll(draft);
  const fits = (node: PlacementNode): boolean => {
    const here = peopleOn(draft, node.name);
    const after = loadOfShare({ local: here + leaving + (promised.get(node.name) ?? 0), total });
    const added = scaleCost(loadBeyond(after, loadOfShare({ local: here, total })), costScale);
    return takes(node, added) && relievesWell(node, added);
  };
  const known = others(draft, placement).find(fits);
  if (known !== undefined || draft.placements.size >= MAX_MEETING_NODES) return known?.name;
  const isNear = near(draft, placement);
  const added = chooseNode(draft.world.nodes, {
    now: { local: leaving, total },
    expected: { local: leaving, total },
    where: (group) => draft.mayUse(group) && isNear(group),
    isTaken: (name) => draft.taken.has(name),
    relieves: true,
    costScale,
  });
  if (added !== undefined) add(draft, added, 'RelievesNode', placement);
  return added?.name;
}

/**
 * Among nodes that stay below the target with the meeting's expected size, the fullest, so that others empty; when there is none,
 * the emptiest that has room at all. Names break ties, so the same nodes give the same answer.
 */
import { partOf, scaleCost, type Load } from '../load/load.js';
import { loadOfPresent, loadOfShare, type Share } from '../load/meeting-load.js';
import { TARGET_UTILIZATION, takes, utilizationNow, utilizationWith, type PlacementNode } from './candidate.js';
import { LEVELS_PER_WHOLE, type Fleet, type GroupFilter, type OpenGroup, type Ranked } from './fleet.js';

export interface NodeWish {
  /** Who comes now: all of them must fit. */
  readonly now: Share;
  /** Who will likely be there. */
  readonly expected: Share;
  readonly where: GroupFilter;
  /** Nodes that are out of the question, by name. */
  readonly isTaken: (node: string) => boolean;
  /**
   * They leave a node that carries too much: rather none than one that would be beyond the target with them, now. Whom its meetings
   * expect has room up to its whole capacity: should they all come, it is relieved in turn.
   */
  readonly relieves?: boolean;
  /** What people cost, to what is foreseen, where that was measured. */
  readonly costScale?: number;
}

/**
 * Of each group, between the level where some dimension may be too much and that where all surely fit, so many nodes are looked at; so
 * the answer is the fullest but for these. Also of the emptiest nodes: where none of so many has room for all who come, more aren't
 * tried.
 */
const LOOKED_AT = 16;

export function chooseNode(fleet: Fleet, wish: NodeWish): PlacementNode | undefined {
  const costScale = wish.costScale ?? 1;
  const share = {
    local: Math.max(wish.expected.local, wish.now.local),
    total: Math.max(wish.expected.total, wish.now.total),
  };
  const expected = scaleCost(loadOfShare(share), costScale);
  const groups = [...fleet.openGroups(wish.where)];
  const demand: Demand = {
    now: wish.now,
    costScale,
    expected,
    relieves: wish.relieves === true,
    isTaken: wish.isTaken,
  };
  const fitting = best(groups, (group, found) => fullestFitting(group, demand, found), isFuller);
  if (fitting !== undefined || wish.relieves === true) return fitting?.node;
  return best(groups, (group) => emptiest(group, demand), isEmptier)?.node;
}

interface Demand {
  readonly now: Share;
  readonly costScale: number;
  readonly expected: Load;
  readonly relieves: boolean;
  readonly isTaken: (node: string) => boolean;
}

function best(
  groups: readonly OpenGroup[],
  choose: (group: OpenGroup, found: Ranked | undefined) => Ranked | undefined,
  isBetter: (a: Ranked, b: Ranked) => boolean,
): Ranked | undefined {
  let found: Ranked | undefined;
  for (const group of groups) {
    const candidate = choose(group, found);
    if (candidate !== undefined && (found === undefined || isBetter(candidate, found))) found = candidate;
  }
  return found;
}

/** None below what was found in another group. */
function fullestFitting({ open }: OpenGroup, demand: Demand, found: Ranked | undefined): Ranked | undefined {
  const first = open[0];
  if (first === undefined) return undefined;
  const target = Math.floor((demand.relieves ? 1 : TARGET_UTILIZATION) * LEVELS_PER_WHOLE);
  const now = scaleCost(loadOfPresent(first.node.capacity, demand.now), demand.costScale);
  // Below this level each dimension has room for all of it, as the nodes of a group have one capacity.
  const sure = target - Math.ceil(partOf(first.node.capacity, demand.expected) * LEVELS_PER_WHOLE) - 1;
  let looked = 0;
  for (let index = endOfLevel(open, target) - 1; index >= 0; index -= 1) {
    const ranked = open[index];
    if (ranked === undefined || demand.isTaken(ranked.node.name)) continue;
    if (found !== undefined && ranked.level < found.level) return undefined;
    if (fits(ranked.node, demand) && takes(ranked.node, now)) return ranked;
    looked += 1;
    if (looked === LOOKED_AT) index = Math.min(index, endOfLevel(open, sure));
    if (looked === 2 * LOOKED_AT) return undefined;
  }
  return undefined;
}

function fits(node: PlacementNode, { expected, relieves }: Demand): boolean {
  return relieves ? relievesWell(node, expected) : utilizationWith(node, expected) <= TARGET_UTILIZATION;
}

/** Whether a node may be given what another is relieved of. */
export function relievesWell(node: PlacementNode, added: Load): boolean {
  return utilizationNow(node, added) <= TARGET_UTILIZATION && utilizationWith(node, added) <= 1;
}

function emptiest({ open }: OpenGroup, demand: Demand): Ranked | undefined {
  const first = open[0];
  if (first === undefined) return undefined;
  const now = scaleCost(loadOfPresent(first.node.capacity, demand.now), demand.costScale);
  let looked = 0;
  for (let start = 0; start < open.length;) {
    const end = endOfLevel(open, open[start]?.level ?? 0);
    // Within a level the first name is the last.
    for (let index = end - 1; index >= start; index -= 1) {
      const ranked = open[index];
      if (ranked === undefined || demand.isTaken(ranked.node.name)) continue;
      if (takes(ranked.node, now)) return ranked;
      looked += 1;
      if (looked === LOOKED_AT) return undefined;
    }
    start = end;
  }
  return undefined;
}

/** Behind the last node of this level or below. */
function endOfLevel(open: readonly Ranked[], level: number): number {
  let [low, high] = [0, open.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((open[middle]?.level ?? 0) <= level) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isFuller(a: Ranked, b: Ranked): boolean {
  return a.level === b.level ? a.node.name < b.node.name : a.level > b.level;
}

function isEmptier(a: Ranked, b: Ranked): boolean {
  return a.level === b.level ? a.node.name < b.node.name : a.level < b.level;
}

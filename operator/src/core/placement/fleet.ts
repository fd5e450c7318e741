/**
 * The nodes of a namespace, found by name, and in order of how full they are, so that a decision looks at a few of them, whatever
 * their number. A node is put again whenever anything of it changes; that costs a binary search, and mostly not even that.
 */
import { NO_LOAD } from '../load/load.js';
import { isOpen, joinsLeft, utilizationWith, type PlacementNode } from './candidate.js';

/** Nodes of one pool, region and capacity. */
export interface NodeGroup {
  readonly pool: string;
  readonly region: string;
}

export type GroupFilter = (group: NodeGroup) => boolean;

/** What deciding needs of the nodes. */
export interface Fleet {
  readonly size: number;
  get(name: string): PlacementNode | undefined;
  values(): Iterable<PlacementNode>;
  /** Groups that have a node that takes participants now. */
  openGroups(where: GroupFilter): Iterable<OpenGroup>;
  /** Whether a node of such a group serves, full or not. */
  hasServing(where: GroupFilter): boolean;
  /** Whether one has room, and only must report first: it has taken as many newcomers as it may. */
  hasLimited(where: GroupFilter): boolean;
}

export interface OpenGroup extends NodeGroup {
  /** Nodes with room, by level, the emptiest first; within a level the last name first. */
  readonly open: readonly Ranked[];
}

export interface Ranked {
  readonly node: PlacementNode;
  readonly level: number;
}

/** Steps of half a percent: what CPU wavers by is no difference, and names decide. */
export const LEVELS_PER_WHOLE = 200;

export interface MutableFleet extends Fleet {
  /**
   * In place of the node of that name.
   * @returns whether it takes participants now, and did not before.
   */
  put(node: PlacementNode): boolean;
  delete(name: string): void;
}

type Standing = 'Open' | 'Limited' | 'Full' | 'Out';

interface Entry extends Ranked {
  node: PlacementNode;
  level: number;
  standing: Standing;
  readonly group: Group;
}

interface Group extends NodeGroup {
  readonly open: Entry[];
  /** Nodes by standing; Open ones are in `open`. */
  readonly counts: Record<Standing, number>;
}

export function createFleet(nodes: Iterable<PlacementNode> = []): MutableFleet {
  const entries = new Map<string, Entry>();
  const groups = new Map<string, Group>();

  const groupOf = (node: PlacementNode): Group => {
    const key = groupKey(node);
    let group = groups.get(key);
    if (group === undefined) {
      const { pool, region } = node;
      group = { pool, region, open: [], counts: { Open: 0, Limited: 0, Full: 0, Out: 0 } };
      groups.set(key, group);
    }
    return group;
  };
  const insert = (entry: Entry): void => {
    entry.group.counts[entry.standing] += 1;
    if (entry.standing === 'Open') entry.group.open.splice(rankOf(entry.group.open, entry), 0, entry);
  };
  const take = (entry: Entry): void => {
    entry.group.counts[entry.standing] -= 1;
    if (entry.standing === 'Open') entry.group.open.splice(rankOf(entry.group.open, entry), 1);
  };
  const remove = (entry: Entry): void => {
    take(entry);
    entries.delete(entry.node.name);
    if (Object.values(entry.group.counts).every((count) => count === 0)) groups.delete(groupKey(entry.node));
  };
  const put = (node: PlacementNode): boolean => {
    const level = levelOf(node);
    const standing = standingOf(node);
    const known = entries.get(node.name);
    if (known !== undefined && groups.get(groupKey(node)) === known.group) {
      const isInPlace = known.level === level && known.standing === standing;
      const hasOpened = known.standing !== 'Open' && standing === 'Open';
      if (!isInPlace) take(known);
      Object.assign(known, { node, level, standing });
      if (!isInPlace) insert(known);
      return hasOpened;
    }
    if (known !== undefined) remove(known);
    const entry: Entry = { node, level, standing, group: groupOf(node) };
    entries.set(node.name, entry);
    insert(entry);
    return standing === 'Open' && known?.standing !== 'Open';
  };
  const some = (where: GroupFilter, counts: readonly Standing[]): boolean => {
    for (const group of groups.values())
      if (where(group) && counts.some((standing) => group.counts[standing] > 0)) return true;
    return false;
  };

  for (const node of nodes) put(node);
  return {
    get size() {
      return entries.size;
    },
    get: (name) => entries.get(name)?.node,
    *values() {
      for (const { node } of entries.values()) yield node;
    },
    *openGroups(where) {
      for (const group of groups.values()) if (group.open.length > 0 && where(group)) yield group;
    },
    hasServing: (where) => some(where, ['Open', 'Limited', 'Full']),
    hasLimited: (where) => some(where, ['Limited']),
    put,
    delete: (name) => {
      const known = entries.get(name);
      if (known !== undefined) remove(known);
    },
  };
}

function standingOf(node: PlacementNode): Standing {
  if (node.state !== 'Serving') return 'Out';
  if (!isOpen(node)) return 'Full';
  return joinsLeft(node) > 0 ? 'Open' : 'Limited';
}

function levelOf(node: PlacementNode): number {
  return Math.floor(utilizationWith(node, NO_LOAD) * LEVELS_PER_WHOLE);
}

/** Nodes of one group differ in load only, so that what fits at one level fits below it, too. */
function groupKey({ pool, region, capacity }: PlacementNode): string {
  const { participants, consumers, packetsPerSecond, bytesPerSecond } = capacity;
  return `${region}/${pool}/${participants}/${consumers}/${packetsPerSecond}/${bytesPerSecond}`;
}

/** Where the entry is, or belongs. */
function rankOf(open: readonly Entry[], entry: Entry): number {
  let [low, high] = [0, open.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = open[middle];
    if (other !== undefined && isBefore(other, entry)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(a: Ranked, b: Ranked): boolean {
  return a.level === b.level ? a.node.name > b.node.name : a.level < b.level;
}

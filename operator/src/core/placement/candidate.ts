import { addLoad, NO_LOAD, partOf, type Load, type NodeCapacity } from '../load/load.js';

/** A node as placement sees it: a value, made anew when anything of it changes. */
export interface PlacementNode {
  readonly name: string;
  readonly pool: string;
  readonly region: string;
  readonly grpcAddress: string;
  readonly announcedAddresses: readonly string[];
  /**
   * Serving: takes meetings. Closing: keeps who is there, and is to become empty. Unready: it is there, but takes nobody now.
   * Lost: nobody on it can be reached.
   */
  readonly state: 'Serving' | 'Closing' | 'Unready' | 'Lost';
  readonly capacity: NodeCapacity;
  readonly load: NodeLoad;
}

export interface NodeLoad {
  /** Reported, and placed but not yet reported. */
  readonly current: Load;
  /** Whom the meetings that are placed here still expect. */
  readonly expected: Load;
  /** 0 to 1, of the busiest worker. */
  readonly workerCpu: number;
  /** Placed here since its last report. */
  readonly newJoins: number;
}

/** Beyond this part of its capacity a node gets no new meetings: the rest is for the growth of those that it has. */
export const TARGET_UTILIZATION = 0.8;
/** Nobody comes beyond this part of its streams, packets and bytes: those who are there will send more at times. */
const MOST_FILLED = 0.9;
/** mediasoup's workers degrade near saturation; load reports lag a little. */
const MAX_WORKER_CPU = 0.9;
/** What newcomers cost is seen in a report only later, so a node takes so much of its capacity at a time (jicofo #1298 does alike). */
const NEW_JOINS_PART = 0.1;
/** Any node takes so many at a time. */
const FEWEST_NEW_JOINS = 10;

/** Whether it may take anybody at all. */
export function isOpen(node: PlacementNode): boolean {
  return takes(node, ONE);
}

/** How many more people there may be on the node now; none on one that isn't known. */
export function roomOfNamed(nodes: { get(name: string): PlacementNode | undefined }, name: string): number {
  const node = nodes.get(name);
  if (node === undefined || !isOpen(node)) return 0;
  return node.capacity.participants - node.load.current.participants;
}

const ONE: Load = { participants: 1, producers: 0, consumers: 0, packetsPerSecond: 0, bytesPerSecond: 0 };

/** Whether so much more fits on the node now. */
export function takes({ state, capacity, load }: PlacementNode, added: Load): boolean {
  if (state !== 'Serving' || load.workerCpu >= MAX_WORKER_CPU) return false;
  return (
    load.current.participants + added.participants <= capacity.participants &&
    hasRoom(load.current.consumers, added.consumers, capacity.consumers) &&
    hasRoom(load.current.packetsPerSecond, added.packetsPerSecond, capacity.packetsPerSecond) &&
    hasRoom(load.current.bytesPerSecond, added.bytesPerSecond, capacity.bytesPerSecond)
  );
}

/** A node that is at its end takes nobody, even who is not known to add anything. */
function hasRoom(current: number, added: number, capacity: number): boolean {
  const most = capacity * MOST_FILLED;
  return current < most && current + added <= most;
}

/** How many more may be placed on it before it reports again. */
export function joinsLeft({ capacity, load }: PlacementNode): number {
  const most = Math.max(FEWEST_NEW_JOINS, Math.ceil(capacity.participants * NEW_JOINS_PART));
  return Math.max(0, most - load.newJoins);
}

/** 0 to above 1: of the scarcest of people, streams, packets, bytes and CPU, with `added` and whom its meetings expect. */
export function utilizationWith({ capacity, load }: PlacementNode, added: Load): number {
  return Math.max(partOf(capacity, addLoad(addLoad(load.current, load.expected), added)), load.workerCpu);
}

/** The same without whom its meetings expect. */
export function utilizationNow(
  { capacity, load }: Pick<PlacementNode, 'capacity' | 'load'>,
  added: Load = NO_LOAD,
): number {
  return Math.max(partOf(capacity, addLoad(load.current, added)), load.workerCpu);
}

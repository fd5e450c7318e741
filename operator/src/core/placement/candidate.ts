/** A node as placement sees it. */
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
  readonly capacity: { readonly participants: number; readonly consumers: number };
  readonly load: NodeLoad;
}

export interface NodeLoad {
  /** Reported, and placed but not yet reported. */
  readonly participants: number;
  readonly consumers: number;
  /** 0 to 1, of the busiest worker. */
  readonly workerCpu: number;
  /** Whom the meetings that are placed here still expect. */
  readonly expectedParticipants: number;
}

/** Beyond this part of its capacity a node gets no new meetings: the rest is for the growth of those that it has. */
export const TARGET_UTILIZATION = 0.8;
/** mediasoup's workers degrade near saturation; load reports lag a little. */
const MAX_WORKER_CPU = 0.9;
/** Streams that one participant makes a node send, for each other participant there: audio and video. */
export const STREAMS_PER_PAIR = 2;
/** Clients show so many others at most; further ones are heard, not seen. */
export const SHOWN_PARTICIPANTS = 25;

/** How many more participants the node takes now. */
export function roomOf(node: PlacementNode): number {
  if (node.state !== 'Serving' || node.load.workerCpu >= MAX_WORKER_CPU) return 0;
  if (node.load.consumers >= node.capacity.consumers) return 0;
  return Math.max(0, node.capacity.participants - node.load.participants);
}

/** None on a node that isn't known. */
export function roomOfNamed(nodes: ReadonlyMap<string, PlacementNode>, name: string): number {
  const node = nodes.get(name);
  return node === undefined ? 0 : roomOf(node);
}

/** 0 to above 1: of the scarcer of people, streams and CPU. */
export function utilizationOf(node: PlacementNode): number {
  const people = (node.load.participants + node.load.expectedParticipants) / node.capacity.participants;
  return Math.max(people, node.load.consumers / node.capacity.consumers, node.load.workerCpu);
}

/** Consumers that `participants` people of one meeting make on one node. */
export function consumersOf(participants: number): number {
  return participants * Math.min(participants - 1, SHOWN_PARTICIPANTS) * STREAMS_PER_PAIR;
}

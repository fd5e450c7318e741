/** How a node is found for a participant. All policies see the same workload and nodes, and reports as old as theirs are. */
import type { Relay } from '@parley/operator/core/topology/topology.js';
import type { ActiveMeeting, Cell } from '../cell.js';
import type { Durations } from '../durations.js';
import type { Random } from '../random.js';

export interface Policy {
  readonly name: string;
  /** What it is, in a few words, for tables. */
  readonly title: string;
  /** How often a node's report reaches it. */
  readonly reportMs: number;
  start(cell: Cell, random: Random): Placer;
}

export interface PlaceRequest {
  readonly participant: number;
  readonly region: number;
  /** A node that the participant is to leave. */
  readonly avoid?: number;
}

/** People of a meeting are to leave a node: all, or so many of them. */
export interface Leaving {
  readonly meeting: ActiveMeeting;
  readonly node: number;
  readonly people: number;
}

/** A meeting was planned anew: its nodes may be others. */
export interface Rebalanced {
  readonly meeting: ActiveMeeting;
  readonly leaving: readonly Leaving[];
}

/** Where a meeting is: all its nodes, also those that nobody is on, and how they are joined. */
export interface MeetingNodes {
  readonly nodes: readonly number[];
  readonly relays: readonly Relay[];
}

export interface Placer {
  /** The node for one more participant; undefined: it has to wait. */
  place(meeting: ActiveMeeting, request: PlaceRequest): number | undefined;
  /** Somebody has gone to that node. */
  nodesOf(meeting: ActiveMeeting): MeetingNodes;
  /** Nobody is in it any more. */
  ended(meeting: ActiveMeeting): void;
  /** The node is no more: its people are placed again, one by one, after this. */
  nodeLost(node: number, meetings: readonly ActiveMeeting[]): void;
  /** The meeting is to leave a node that closes: where it can, its people are placed again, one by one, after this. */
  vacate(node: number, meeting: ActiveMeeting): boolean;
  /** People of the meeting came to the node, or left it (below 0). */
  counted(node: number, meeting: number, people: number): void;
  /** It came, went, or is to go. */
  nodeChanged(node: number): void;
  /** Whom nodes that carry too much are relieved of; each second. */
  rebalance(): readonly Rebalanced[];
  /** How long decisions took. */
  readonly durations: Durations;
}

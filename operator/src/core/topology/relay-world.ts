/** What relays are planned from, and their bounds. */
import type { Placement, Relay } from './topology.js';

export const MAX_MESH_NODES = 3;
/** Law 6: relays that one node has in one meeting. Enough for 81 nodes in three hops; a meeting is on 64 at most. */
export const MAX_RELAYS_PER_NODE = 16;
/**
 * A hub sends each leaf all that is shown: 25 cameras with all layers are 8,125 packets/s, a seventh of what a worker takes. So there are
 * hubs enough that each has no more leaves than this, as far as the bound above goes.
 */
export const LEAVES_PER_HUB = 4;

export type Member = Pick<Placement, 'node' | 'region' | 'draining'>;

/** Of two nodes by name, in either order. */
export type IsCut = (a: string, b: string) => boolean;

export interface RelayWorld {
  /** In the placements' order: of equals, the earlier becomes the hub. */
  readonly members: readonly Member[];
  readonly previous: readonly Relay[];
  /** Two nodes that don't reach each other, though both live: no relay joins them where another path does. */
  readonly isCut: IsCut;
  /** How many more participants a node takes. A new hub is one with room: it carries more than its own people. */
  readonly roomOf: (node: string) => number;
}

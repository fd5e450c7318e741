/** What a node wants of a producer beyond a relay: the sum of what its own consumers and the nodes behind it want. */

/** What consumers want of a remote producer; `Paused`: keep it ready, but send nothing. */
export type Demand = 'Active' | 'Paused' | 'None';

export interface Demands {
  readonly own: Demand;
  /** Kept ready for a while after its last consumer went, and for one that is about to come. */
  readonly lingers: boolean;
  readonly peers: ReadonlyMap<string, { readonly paused: boolean }>;
}

export function combineDemand({ own, lingers, peers }: Demands): Demand {
  const peersWant = [...peers.values()];
  if (own === 'Active' || peersWant.some(({ paused }) => !paused)) return 'Active';
  return own === 'Paused' || lingers || peersWant.length > 0 ? 'Paused' : 'None';
}

import type { Relay } from '../topology/topology.js';

/** How many relays what a node sends crosses until each other node has it; throws when it comes to one twice. */
export function hopsFrom(origin: string, relays: readonly Relay[]): ReadonlyMap<string, number> {
  const seen = new Map([[origin, 0]]);
  const pass = (at: string, from: 'Own' | 'Leaf' | 'Up' | 'Peer', via: string | undefined, hops: number): void => {
    for (const { dialer, listener, kind } of relays) {
      if (dialer !== at && listener !== at) continue;
      const up = dialer === at && kind === 'Leaf';
      const goes = kind === 'Peer' ? from === 'Own' || from === 'Leaf' : !up || from === 'Own';
      const other = dialer === at ? listener : dialer;
      if (!goes || other === via) continue;
      if (seen.has(other)) throw new Error(`${other} gets it twice`);
      seen.set(other, hops + 1);
      pass(other, kind === 'Peer' ? 'Peer' : up ? 'Leaf' : 'Up', at, hops + 1);
    }
  };
  pass(origin, 'Own', undefined, 0);
  return seen;
}

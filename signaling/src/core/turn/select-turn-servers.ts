/** Which TURN servers a participant is given: those nearest to it, spread over them all, and the same ones each time. */

export interface TurnCandidate {
  readonly name: string;
  readonly namespace: string;
  readonly region: string;
}

export interface TurnWish {
  /** Of the meeting. */
  readonly namespace: string;
  /** The nearest first; an empty one says nothing. */
  readonly regions: readonly string[];
  readonly participantId: string;
}

/** A second one for when the first is lost; more would only make gathering candidates longer. */
export const SERVERS_EACH = 2;

export function selectTurnServers<T extends TurnCandidate>(servers: readonly T[], wish: TurnWish): readonly T[] {
  const usable = servers.filter(({ namespace }) => namespace === wish.namespace);
  const nearest = wish.regions.find((region) => usable.some((server) => server.region === region));
  return usable
    .filter(({ region }) => nearest === undefined || region === nearest)
    .map((server) => ({ server, weight: weightOf(`${wish.participantId}/${server.name}`) }))
    .toSorted((a, b) => b.weight - a.weight || (a.server.name < b.server.name ? -1 : 1))
    .slice(0, SERVERS_EACH)
    .map(({ server }) => server);
}

/**
 * Rendezvous hashing: a server that comes or goes concerns only those who get it or had it. FNV-1a, and MurmurHash3's finalizer, for
 * names that differ in their last letter only must differ in all bits.
 */
function weightOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

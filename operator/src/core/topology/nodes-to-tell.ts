/**
 * Which nodes must be told a topology. A new leader finds most nodes holding just what it would tell them, and tells them nothing. Where one
 * of a meeting's nodes must be told, all are that do not hold it by the same term: a node lets in no relay of an earlier term than its own.
 */

export interface TopologyToTell {
  readonly term: number;
  readonly epoch: number;
  /** Of what it says but for term and epoch. */
  readonly fingerprint: string;
}

/** A node that can be told. */
export interface NodeHolding {
  readonly node: string;
  /** Whether the topology has a placement on it. */
  readonly isMember: boolean;
  /** What this leader has told the node's process last. */
  readonly told: Pick<TopologyToTell, 'term' | 'epoch'> | undefined;
  /** What it reports of the meeting. */
  readonly reported: TopologyToTell | undefined;
}

export function selectNodesToTell(topology: TopologyToTell, holdings: readonly NodeHolding[]): readonly string[] {
  const former = holdings.filter(({ isMember, told }) => !isMember && !isSame(told, topology));
  const members = holdings
    .filter(({ isMember }) => isMember)
    .map((holding) => ({ node: holding.node, term: heldTerm(topology, holding) }));
  const [first] = members;
  const agree = members.every(({ term }) => term !== undefined && term === first?.term);
  const apart = agree ? [] : members.filter(({ term }) => term !== topology.term);
  return [...apart, ...former].map(({ node }) => node);
}

/** The term by which the node holds just this; undefined: it doesn't. */
function heldTerm(topology: TopologyToTell, { told, reported }: NodeHolding): number | undefined {
  if (isSame(told, topology)) return topology.term;
  if (reported === undefined || reported.fingerprint === '' || reported.term > topology.term) return undefined;
  const isHeld = reported.epoch === topology.epoch && reported.fingerprint === topology.fingerprint;
  return isHeld ? reported.term : undefined;
}

function isSame(told: NodeHolding['told'], { term, epoch }: TopologyToTell): boolean {
  return told?.term === term && told.epoch === epoch;
}

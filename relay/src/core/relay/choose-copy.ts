/**
 * One producer, several ways: while topologies change it may be announced, and come in, over more than one relay. Which of them it is
 * asked for over, and which of the copies on this node's router is used.
 */
import type { Via } from './passage.js';

export interface Copy {
  readonly peer: string;
  /** Its id on our router. */
  readonly localId: string;
  readonly via: Via;
}

/** 2: the way by the topology. 1: by a relay that the topology has. 0: by one that is going. */
export type Rank = 0 | 1 | 2;

/** The best; of equals the one that is in use, so that nothing changes without need. */
export function chooseHolder(
  holders: readonly string[],
  { rankOf, current }: { readonly rankOf: (peer: string) => Rank; readonly current: string | undefined },
): string | undefined {
  return holders.toSorted(
    (a, b) => rankOf(b) - rankOf(a) || Number(b === current) - Number(a === current) || (a < b ? -1 : 1),
  )[0];
}

/**
 * One that came by the topology's way; else by the way that is in use: one relay that goes is not left for another. Of equals the
 * latest, as it takes the place of the one before.
 * @param copies in the order in which they came.
 */
export function chooseCopy(
  copies: readonly Copy[],
  { rankOf, current }: { readonly rankOf: (peer: string) => Rank; readonly current: string | undefined },
): Copy | undefined {
  return (
    copies.findLast(({ peer }) => rankOf(peer) === 2) ??
    copies.findLast(({ peer }) => peer === current) ??
    copies.at(-1)
  );
}

/** What was placed and not yet reported counts as load, for as long as a participant may take to arrive. */

export interface Reservation {
  readonly node: string;
  readonly atMs: number;
  /** Whether the node's count has risen since: then the report holds the participant. */
  readonly reported: boolean;
}

/** By participant id; also what makes placing idempotent. */
export type Reservations = ReadonlyMap<string, Reservation>;

/** A client that was placed connects within this, or asks again. */
export const RESERVATION_MS = 10_000;
/** The same participant id gets the same node for so long. */
export const REMEMBERED_MS = 60_000;
/** Law 6. */
export const MAX_REMEMBERED = 2_000;

export function reserve(reservations: Reservations, placed: ReadonlyMap<string, string>, nowMs: number): Reservations {
  const next = new Map([...reservations].filter(([, { atMs }]) => nowMs - atMs < REMEMBERED_MS));
  for (const [participantId, node] of placed) {
    const previous = next.get(participantId);
    if (previous?.node === node) continue;
    next.delete(participantId);
    next.set(participantId, { node, atMs: nowMs, reported: false });
  }
  for (const oldest of next.keys()) {
    if (next.size <= MAX_REMEMBERED) break;
    next.delete(oldest);
  }
  return next;
}

/** The node reports `arrived` more people of the meeting than before: the oldest reservations are theirs. */
export function settleReservations(reservations: Reservations, node: string, arrived: number): Reservations {
  if (arrived <= 0) return reservations;
  const next = new Map(reservations);
  let left = arrived;
  for (const [participantId, reservation] of reservations) {
    if (left === 0) break;
    if (reservation.node !== node || reservation.reported) continue;
    next.set(participantId, { ...reservation, reported: true });
    left -= 1;
  }
  return next;
}

/** People still to come, by node. */
export function outstandingByNode(reservations: Reservations, nowMs: number): ReadonlyMap<string, number> {
  const outstanding = new Map<string, number>();
  for (const { node, atMs, reported } of reservations.values()) {
    if (reported || nowMs - atMs >= RESERVATION_MS) continue;
    outstanding.set(node, (outstanding.get(node) ?? 0) + 1);
  }
  return outstanding;
}

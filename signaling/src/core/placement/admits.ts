import type { Participant } from '../../protocol/roster.js';

/**
 * Whether a participant who was let in may stay: when several came at once, over several nodes, the earliest do, and every
 * replica judges the same.
 * @param limit 0: none.
 */
export function admits(
  participants: ReadonlyMap<string, Pick<Participant, 'id' | 'joinedAtMs'>>,
  participantId: string,
  limit: number,
): boolean {
  const own = participants.get(participantId);
  if (limit === 0 || own === undefined || participants.size <= limit) return true;
  const earlier = [...participants.values()].filter(
    ({ id, joinedAtMs }) => joinedAtMs < own.joinedAtMs || (joinedAtMs === own.joinedAtMs && id < own.id),
  );
  return earlier.length < limit;
}

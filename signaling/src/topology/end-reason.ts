import { EndReason } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { EndReason as ClientEndReason } from '../protocol/roster.js';

const names: Record<EndReason, ClientEndReason> = {
  [EndReason.UNSPECIFIED]: 'Unknown',
  [EndReason.ENDED_BY_HOST]: 'EndedByHost',
  [EndReason.DELETED]: 'Deleted',
  [EndReason.EXPIRED]: 'Expired',
};

export function endReasonOf(reason: EndReason): ClientEndReason {
  return names[reason];
}

/** From the name that a node gives: `EndedByHost`, `ENDED_BY_HOST` and `END_REASON_ENDED_BY_HOST` are the same. */
export function parseEndReason(name: string): ClientEndReason {
  const bare = name
    .replace(/^END_REASON_/, '')
    .replaceAll('_', '')
    .toLowerCase();
  return Object.values(names).find((known) => known.toLowerCase() === bare) ?? 'Unknown';
}

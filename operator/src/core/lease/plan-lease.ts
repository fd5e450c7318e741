/** What a Lease says, as far as leading depends on it. */
export interface LeaseRecord {
  /** Undefined when nobody holds it. */
  readonly holder: string | undefined;
  readonly durationMs: number;
  readonly transitions: number;
}

export interface LeaseWorld {
  /** Undefined when there is no Lease. */
  readonly record: LeaseRecord | undefined;
  readonly identity: string;
  /** Whether we lead by it now. */
  readonly leading: boolean;
  /** For how long we have seen this very version of it; on our own clock, as holders' clocks may be wrong. */
  readonly unchangedMs: number;
  /** Of the last lease that we have seen in another's hands; 0 if there was none. */
  readonly othersDurationMs: number;
  readonly nowMs: number;
}

export type LeasePlan =
  | { readonly action: 'Create' | 'Take'; readonly transitions: number; readonly reason: LeaseReason }
  | { readonly action: 'Renew'; readonly transitions: number }
  | { readonly action: 'Wait' | 'Lost'; readonly reason: LeaseReason };

export type LeaseReason = 'Absent' | 'Free' | 'OwnFromBefore' | 'Expired' | 'HeldByAnother';

const MS_PER_MINUTE = 60_000;

/** Each taking of the lease raises `transitions`, so that it fences: also when the same identity takes it again. */
export function planLease(world: LeaseWorld): LeasePlan {
  const { record } = world;
  if (record === undefined) {
    if (world.leading) return { action: 'Lost', reason: 'Absent' };
    // Who held it before it was deleted may not know that yet.
    if (world.unchangedMs < world.othersDurationMs) return { action: 'Wait', reason: 'Absent' };
    // A Lease that was deleted and is made anew begins beyond every term there has been: no cell changes hands
    // once a minute for all its life.
    return { action: 'Create', transitions: Math.floor(world.nowMs / MS_PER_MINUTE), reason: 'Absent' };
  }
  const own = record.holder === world.identity;
  if (world.leading) {
    return own
      ? { action: 'Renew', transitions: record.transitions }
      : { action: 'Lost', reason: record.holder === undefined ? 'Free' : 'HeldByAnother' };
  }
  const transitions = record.transitions + 1;
  if (record.holder === undefined) return { action: 'Take', transitions, reason: 'Free' };
  if (own) return { action: 'Take', transitions, reason: 'OwnFromBefore' };
  if (world.unchangedMs >= record.durationMs) return { action: 'Take', transitions, reason: 'Expired' };
  return { action: 'Wait', reason: 'HeldByAnother' };
}

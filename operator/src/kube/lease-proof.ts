import type { Clock } from './clock.js';

/**
 * For how long it is certain that nobody else can take the lease. Others wait its whole duration from when they saw
 * our write, which was after we sent it; so we count from the sending, and only up to a shorter deadline.
 */
export interface LeaseProof {
  /** The moment just before a write is sent. */
  stamp(): LeaseStamp;
  renewed(stamp: LeaseStamp): void;
  lost(): void;
  remainingMs(): number;
}

export interface LeaseStamp {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export function createLeaseProof(renewDeadlineMs: number, clock: Clock): LeaseProof {
  let proven: LeaseStamp | undefined;
  return {
    stamp: () => ({ monotonicMs: clock.monotonicMs(), wallMs: clock.nowMs() }),
    renewed: (stamp) => {
      proven = stamp;
    },
    lost: () => {
      proven = undefined;
    },
    remainingMs: () => {
      if (proven === undefined) return 0;
      // The monotonic clock can stand still while a machine is suspended; the wall clock can be set back. The later counts.
      const elapsedMs = Math.max(clock.monotonicMs() - proven.monotonicMs, clock.nowMs() - proven.wallMs);
      return Math.max(0, renewDeadlineMs - elapsedMs);
    },
  };
}

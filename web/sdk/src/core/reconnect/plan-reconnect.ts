/** When to try a lost socket again: at once, then with doubling, jittered waits, while the server still keeps the participant. */

export interface ReconnectWorld {
  /** Attempts that have failed since the socket was lost. */
  readonly failedAttempts: number;
  readonly elapsedMs: number;
  /** How long the server keeps a participant without a socket. */
  readonly resumeWithinMs: number;
  /** From 0 to 1. */
  readonly random: number;
}

export type ReconnectPlan = { readonly kind: 'Wait'; readonly delayMs: number } | { readonly kind: 'GiveUp' };

const firstDelayMs = 200;
const maxDelayMs = 3_000;

export function planReconnect(world: ReconnectWorld): ReconnectPlan {
  const leftMs = world.resumeWithinMs - world.elapsedMs;
  if (leftMs <= 0) return { kind: 'GiveUp' };
  if (world.failedAttempts === 0) return { kind: 'Wait', delayMs: Math.round(world.random * firstDelayMs) };
  const ceilingMs = Math.min(maxDelayMs, firstDelayMs * 2 ** world.failedAttempts);
  const delayMs = Math.round(ceilingMs / 2 + (world.random * ceilingMs) / 2);
  return delayMs >= leftMs ? { kind: 'GiveUp' } : { kind: 'Wait', delayMs };
}

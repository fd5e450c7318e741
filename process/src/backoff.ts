/** How long to wait before trying again. Times in milliseconds. */
export interface Backoff {
  /** After the first failure. */
  readonly firstMs: number;
  /** However many there were. */
  readonly lastMs: number;
}

/**
 * Twice as long after each failure, up to `lastMs`; between half and all of it, so that many who failed at once don't come back at once.
 * @param failures before this one, from 0.
 * @param random from 0 to below 1.
 */
export function backoffMs({ firstMs, lastMs }: Backoff, failures: number, random: number): number {
  return Math.min(lastMs, firstMs * 2 ** Math.min(failures, 30)) * (0.5 + random / 2);
}

/**
 * Notices that nothing was heard for some time. Time in which this process itself stood still (a busy event loop, a stopped
 * container) hardly counts: what came meanwhile waits in the socket, and is not the other side's silence.
 */
export interface SilenceTimers {
  /** Calls `callback` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

export interface SilenceWatch {
  /** Aborts when the silence has lasted. */
  readonly signal: AbortSignal;
  heard(): void;
  /** Takes back what the first limit gives beyond the other: from now on no longer than that one. */
  hurry(): void;
  close(): void;
}

const TICKS = 6;

/** @param firstLimitMs until something is heard for the first time. */
export function watchSilence(timers: SilenceTimers, limitMs: number, firstLimitMs: number = limitMs): SilenceWatch {
  const controller = new AbortController();
  const tickMs = limitMs / TICKS;
  let silentTicks = TICKS - Math.round(firstLimitMs / tickMs);
  let cancel = (): void => undefined;
  const tick = (): void => {
    silentTicks += 1;
    if (silentTicks >= TICKS) controller.abort(new Error(`silent for ${String(limitMs)} ms`));
    else cancel = timers.after(tickMs, tick);
  };
  cancel = timers.after(tickMs, tick);
  return {
    signal: controller.signal,
    heard: () => {
      silentTicks = 0;
    },
    hurry: () => {
      silentTicks = Math.max(silentTicks, 0);
    },
    close: () => cancel(),
  };
}

/**
 * Notices that nothing was heard for some time. Time in which this process itself stood still (a busy event loop, a stopped
 * container) hardly counts: what came meanwhile waits in the socket, and is not the other side's silence.
 */
import type { Clock } from '../kube/clock.js';

export interface SilenceWatch {
  /** Aborts when the silence has lasted. */
  readonly signal: AbortSignal;
  heard(): void;
  close(): void;
}

const TICKS = 6;

export function watchSilence(clock: Clock, limitMs: number): SilenceWatch {
  const controller = new AbortController();
  const tickMs = limitMs / TICKS;
  let silentTicks = 0;
  let cancel = (): void => undefined;
  const tick = (): void => {
    silentTicks += 1;
    if (silentTicks >= TICKS) controller.abort(new Error(`silent for ${String(limitMs)} ms`));
    else cancel = clock.after(tickMs, tick);
  };
  cancel = clock.after(tickMs, tick);
  return {
    signal: controller.signal,
    heard: () => {
      silentTicks = 0;
    },
    close: () => cancel(),
  };
}

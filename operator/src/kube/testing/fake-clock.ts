import type { Clock } from '../clock.js';

/** A clock that a test turns by hand; both of its times go on together. */
export interface FakeClock extends Clock {
  /** Moves on, calling what falls due in order, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Moves on without calling anything: a process that was stopped. */
  jump(ms: number): void;
  readonly pendingTimers: number;
}

interface Timer {
  readonly dueAtMs: number;
  readonly callback: () => void;
}

export function createFakeClock(startMs = 1_700_000_000_000): FakeClock {
  let elapsedMs = 0;
  const timers = new Set<Timer>();
  const nextDue = (untilMs: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueAtMs <= untilMs && (next === undefined || timer.dueAtMs < next.dueAtMs)) next = timer;
    }
    return next;
  };
  return {
    nowMs: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    after: (delayMs, callback) => {
      const timer = { dueAtMs: elapsedMs + Math.max(0, delayMs), callback };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advance: async (ms) => {
      const untilMs = elapsedMs + ms;
      await settle();
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        elapsedMs = Math.max(elapsedMs, timer.dueAtMs);
        timers.delete(timer);
        timer.callback();
        await settle();
      }
      elapsedMs = untilMs;
    },
    jump: (ms) => {
      elapsedMs += ms;
    },
    get pendingTimers() {
      return timers.size;
    },
  };
}

/** Lets every promise that can go on without a timer go on. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

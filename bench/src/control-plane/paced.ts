/** Calls at a steady pace, whether or not those before have ended: what waits behind a slow one counts as slow, too. */
import { pause } from '@parley/e2e/deadline.js';

export interface Pace {
  readonly perSecond: number;
  readonly seconds: number;
}

/** @returns how long each took from when it was due, in ms. */
export async function paced(pace: Pace, one: (index: number) => Promise<unknown>): Promise<number[]> {
  const startMs = performance.now();
  const running: Promise<number>[] = [];
  const count = pace.perSecond * pace.seconds;
  const timed = async (index: number): Promise<number> => {
    const dueMs = startMs + (index * 1_000) / pace.perSecond;
    await one(index);
    return performance.now() - dueMs;
  };
  while (running.length < count) {
    const due = Math.min(count, Math.ceil(((performance.now() - startMs) * pace.perSecond) / 1_000));
    while (running.length < due) running.push(timed(running.length));
    await pause(5);
  }
  return Promise.all(running);
}

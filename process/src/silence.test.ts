import { beforeEach, expect, test } from 'vitest';
import { watchSilence, type SilenceTimers } from './silence.js';

let nowMs: number;
let due: { readonly atMs: number; readonly callback: () => void }[];

beforeEach(() => {
  nowMs = 0;
  due = [];
});

const timers: SilenceTimers = {
  after: (delayMs, callback) => {
    const timer = { atMs: nowMs + delayMs, callback };
    due.push(timer);
    return () => {
      due = due.filter((other) => other !== timer);
    };
  },
};

function advance(ms: number): void {
  const untilMs = nowMs + ms;
  for (;;) {
    const next = due.toSorted((a, b) => a.atMs - b.atMs).find(({ atMs }) => atMs <= untilMs);
    if (next === undefined) break;
    nowMs = Math.max(nowMs, next.atMs);
    due = due.filter((timer) => timer !== next);
    next.callback();
  }
  nowMs = untilMs;
}

test('silence is noticed when it has lasted', () => {
  const watch = watchSilence(timers, 1_500);
  advance(1_499);
  expect(watch.signal.aborted).toBe(false);
  advance(1);
  expect(watch.signal.aborted).toBe(true);
});

test('whatever is heard begins it anew', () => {
  const watch = watchSilence(timers, 1_500);
  for (let second = 0; second < 10; second += 1) {
    advance(1_000);
    watch.heard();
  }
  expect(watch.signal.aborted).toBe(false);
});

test('a stall of this process is not the silence of the other side', () => {
  const watch = watchSilence(timers, 1_500);
  nowMs += 60_000;
  advance(300);
  expect(watch.signal.aborted).toBe(false);
  watch.close();
  expect(due).toEqual([]);
});

test('what was never heard may be given longer, and once', () => {
  const watch = watchSilence(timers, 1_500, 3_000);
  advance(2_999);
  expect(watch.signal.aborted).toBe(false);
  watch.heard();
  advance(1_500);
  expect(watch.signal.aborted).toBe(true);
});

test('what was to be given longer is not, once there is reason to doubt it', () => {
  const watch = watchSilence(timers, 1_500, 8_000);
  advance(1_000);
  watch.hurry();
  advance(1_499);
  expect(watch.signal.aborted).toBe(false);
  advance(1);
  expect(watch.signal.aborted).toBe(true);
});

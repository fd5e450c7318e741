import { expect, test } from 'vitest';
import { createFakeClock } from '../kube/testing/fake-clock.js';
import { watchSilence } from './silence.js';

test('silence is noticed when it has lasted', async () => {
  const clock = createFakeClock();
  const watch = watchSilence(clock, 1_500);
  await clock.advance(1_499);
  expect(watch.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(watch.signal.aborted).toBe(true);
});

test('whatever is heard begins it anew', async () => {
  const clock = createFakeClock();
  const watch = watchSilence(clock, 1_500);
  for (let second = 0; second < 10; second += 1) {
    await clock.advance(1_000);
    watch.heard();
  }
  expect(watch.signal.aborted).toBe(false);
});

test('a stall of this process is not the silence of the other side', async () => {
  const clock = createFakeClock();
  const watch = watchSilence(clock, 1_500);
  clock.jump(60_000);
  await clock.advance(300);
  expect(watch.signal.aborted).toBe(false);
  watch.close();
  expect(clock.pendingTimers).toBe(0);
});

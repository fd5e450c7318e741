import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planReconnect } from './plan-reconnect.js';

const resumeWithinMs = 30_000;

test('the first attempt comes within 200 ms', () => {
  expect(planReconnect({ failedAttempts: 0, elapsedMs: 0, resumeWithinMs, random: 1 })).toEqual({
    kind: 'Wait',
    delayMs: 200,
  });
});

test('waits double up to 3 s', () => {
  const delays = [1, 2, 3, 4, 5, 20].map((failedAttempts) =>
    planReconnect({ failedAttempts, elapsedMs: 0, resumeWithinMs, random: 1 }),
  );
  expect(delays.map((plan) => (plan.kind === 'Wait' ? plan.delayMs : undefined))).toEqual([
    400, 800, 1600, 3000, 3000, 3000,
  ]);
});

test('it gives up when the server has let the participant go', () => {
  expect(planReconnect({ failedAttempts: 3, elapsedMs: 30_000, resumeWithinMs, random: 0 }).kind).toBe('GiveUp');
});

test('a wait never ends after the server has let the participant go', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(40_000), fc.double({ min: 0, max: 1, noNaN: true }), (failed, elapsedMs, random) => {
      const plan = planReconnect({ failedAttempts: failed, elapsedMs, resumeWithinMs, random });
      if (plan.kind === 'Wait') expect(elapsedMs + plan.delayMs).toBeLessThanOrEqual(resumeWithinMs + 200);
    }),
  );
});

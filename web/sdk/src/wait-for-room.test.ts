import { expect, test } from 'vitest';
import { createFakeClock } from './fakes/fake-clock.js';
import { ParleyError } from './parley-error.js';
import { waitForRoom, type WaitingForRoom } from './wait-for-room.js';

/** A join that ends as told, attempt by attempt; the last goes on for ever. */
function aJoin(...outcomes: readonly (ParleyError | 'in' | 'wait')[]) {
  const clock = createFakeClock();
  const gone = new AbortController();
  const told: WaitingForRoom[] = [];
  let attempts = 0;
  let outcome = 'waits';
  const joining = waitForRoom(
    async (onWaiting) => {
      const next = outcomes[Math.min(attempts, outcomes.length - 1)];
      attempts += 1;
      await Promise.resolve();
      if (next instanceof ParleyError) {
        if (next.code === 'NetworkFailed') onWaiting({ reason: 'TooManyAtOnce', ahead: 3 });
        throw next;
      }
      return next;
    },
    { clock, signal: gone.signal, onWaiting: (waiting) => told.push(waiting) },
  );
  joining.then(
    (value) => (outcome = String(value)),
    (error: unknown) => (outcome = ParleyError.from(error).code),
  );
  return { clock, told, leave: () => gone.abort(), attempts: () => attempts, outcome: () => outcome };
}

const full = new ParleyError('NoCapacity', { retryAfterMs: 2_000 });

test('a join that the server cannot keep a place for is asked again, and told so', async () => {
  const { clock, told, outcome } = aJoin(full, full, 'in');
  await clock.advance(10_000);
  expect(outcome()).toBe('in');
  expect(told).toEqual([
    { reason: 'NoCapacity', ahead: undefined },
    { reason: 'NoCapacity', ahead: undefined },
  ]);
});

test('whoever waits goes on when the server that kept the place is gone', async () => {
  const { clock, told, outcome } = aJoin(new ParleyError('NetworkFailed'), 'in');
  await clock.advance(10_000);
  expect([outcome(), told]).toEqual(['in', [{ reason: 'TooManyAtOnce', ahead: 3 }]]);
});

test('other errors are told at once', async () => {
  const { clock, outcome, attempts } = aJoin(new ParleyError('MeetingFull'));
  await clock.advance(10_000);
  expect([outcome(), attempts()]).toEqual(['MeetingFull', 1]);
});

test('nobody waits for ever', async () => {
  const { clock, outcome } = aJoin(full);
  await clock.advance(590_000);
  expect(outcome()).toBe('waits');
  await clock.advance(20_000);
  expect(outcome()).toBe('NoCapacity');
});

test('the wait can be ended', async () => {
  const { clock, leave, outcome, attempts } = aJoin(full);
  await clock.advance(5_000);
  const before = attempts();
  leave();
  await clock.advance(20_000);
  expect([outcome(), attempts()]).toEqual(['MeetingClosed', before]);
});

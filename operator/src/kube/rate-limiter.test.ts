import { describe, expect, it } from 'vitest';
import { KubeError } from './kube-error.js';
import { createRateLimiter } from './rate-limiter.js';
import { createFakeClock, settle } from './testing/fake-clock.js';

const never = new AbortController().signal;

describe('a rate limiter', () => {
  it('lets a burst pass at once, then so many a second, in the order of asking', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ burst: 2, perSecond: 10, maxWaiting: 10 }, clock);
    const passed: [number, number][] = [];
    for (let n = 0; n < 5; n++) void limiter.take(never).then(() => passed.push([n, clock.monotonicMs()]));
    await clock.advance(1_000);
    expect(passed).toEqual([
      [0, 0],
      [1, 0],
      [2, 100],
      [3, 200],
      [4, 300],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives no turn to who has given up, and leaves no timer', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ burst: 1, perSecond: 1, maxWaiting: 10 }, clock);
    await limiter.take(never);
    const giveUp = new AbortController();
    const taking = limiter.take(giveUp.signal);
    giveUp.abort();
    await expect(taking).rejects.toMatchObject({ code: 'Aborted' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses more than it lets wait', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ burst: 1, perSecond: 1, maxWaiting: 1 }, clock);
    await limiter.take(never);
    void limiter.take(never);
    await settle();
    const refused = await limiter.take(never).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(KubeError);
    expect(refused).toMatchObject({ code: 'TooManyRequests' });
  });
});

import fc from 'fast-check';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createKubeMetrics } from './metrics.js';
import { createFakeClock } from './testing/fake-clock.js';
import { createWorkQueue } from './work-queue.js';

function aQueue(over: { random?: () => number } = {}) {
  const clock = createFakeClock();
  const registry = new Registry();
  const metrics = createKubeMetrics(registry);
  let readyCalls = 0;
  const onReady = (): void => {
    readyCalls += 1;
  };
  const queue = createWorkQueue({ name: 'q', clock, random: () => 1, metrics, onReady, ...over });
  return { queue, clock, registry, readyCalls: () => readyCalls };
}

describe('a work queue', () => {
  it('holds a key once, however often it is added', () => {
    const { queue } = aQueue();
    queue.add('a');
    queue.add('b');
    queue.add('a');
    expect([queue.take(), queue.take(), queue.take()]).toEqual(['a', 'b', undefined]);
  });

  it('gives a key that is added while it is worked on again only when it is done', () => {
    const { queue } = aQueue();
    queue.add('a');
    queue.take();
    queue.add('a');
    queue.add('a');
    expect(queue.take()).toBeUndefined();
    queue.done('a');
    expect(queue.take()).toBe('a');
    queue.done('a');
    expect(queue.take()).toBeUndefined();
  });

  it('lets the bulk wait for what is added by itself, but not for ever', () => {
    const { queue } = aQueue();
    for (const key of ['a', 'b', 'c', 'd']) queue.addBulk(key);
    for (const key of ['1', '2', '3', '4', '5', '6', '7']) queue.add(key);
    expect(queue.depth).toBe(11);
    const taken = Array.from({ length: 12 }, () => queue.take());
    expect(taken).toEqual(['1', '2', '3', 'a', '4', '5', '6', 'b', '7', 'c', 'd', undefined]);
  });

  it('lets a key of the bulk go first once it is added by itself, and gives it once', () => {
    const { queue } = aQueue();
    for (const key of ['a', 'b', 'c']) queue.addBulk(key);
    queue.add('c');
    queue.addBulk('c');
    expect([queue.take(), queue.take(), queue.take(), queue.take()]).toEqual(['c', 'a', 'b', undefined]);
    queue.addBulk('a');
    expect(queue.take()).toBeUndefined();
    queue.done('a');
    expect(queue.take()).toBe('a');
  });

  it('adds later; the earliest of several times wins', async () => {
    const { queue, clock } = aQueue();
    queue.addAfter('a', 1_000);
    queue.addAfter('a', 300);
    queue.addAfter('a', 2_000);
    await clock.advance(299);
    expect(queue.depth).toBe(0);
    await clock.advance(1);
    expect(queue.take()).toBe('a');
    queue.done('a');
    await clock.advance(10_000);
    expect(queue.depth).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('backs off a key by itself, exponentially up to a minute, until it is forgotten', async () => {
    const { queue, clock } = aQueue();
    const delays: number[] = [];
    for (let n = 0; n < 16; n++) {
      queue.retry('a');
      const fromMs = clock.monotonicMs();
      while (queue.depth === 0) await clock.advance(5);
      delays.push(clock.monotonicMs() - fromMs);
      queue.done(queue.take()!);
    }
    expect(delays.slice(0, 5)).toEqual([5, 10, 20, 40, 80]);
    expect(delays.slice(-2)).toEqual([60_000, 60_000]);
    queue.retry('b');
    await clock.advance(5);
    expect(queue.take()).toBe('b');
    queue.forget('a');
    expect(queue.failures('a')).toBe(0);
  });

  it('never retries sooner than it was asked to', async () => {
    const { queue, clock } = aQueue();
    queue.retry('a', 3_000);
    await clock.advance(2_999);
    expect(queue.depth).toBe(0);
    await clock.advance(1);
    expect(queue.depth).toBe(1);
  });

  it('spreads retries', () => {
    const { queue, clock } = aQueue({ random: () => 0 });
    queue.retry('a');
    clock.jump(2.5);
    expect(clock.pendingTimers).toBe(1);
  });

  it('takes 20,000 keys through, each once', () => {
    const { queue } = aQueue();
    const taken = new Set<string>();
    for (let n = 0; n < 20_000; n++) queue.addAfter(`key-${n}`, 1_000 + (n % 977));
    for (let n = 0; n < 20_000; n++) queue.add(`key-${n}`);
    for (let n = 0; n < 20_000; n++) {
      const key = queue.take()!;
      taken.add(key);
      queue.done(key);
    }
    expect([taken.size, queue.depth]).toEqual([20_000, 0]);
    queue.close();
  });

  it('tells in metrics what controller-runtime tells', async () => {
    const { queue, clock, registry } = aQueue();
    queue.add('a');
    queue.add('b');
    queue.add('c');
    await clock.advance(2_000);
    queue.take();
    queue.take();
    await clock.advance(3_000);
    queue.done('a');
    queue.retry('a');
    await clock.advance(1);
    const text = await registry.metrics();
    const labels = '{name="q",controller="q"}';
    expect(text).toContain(`workqueue_depth${labels} 1\n`);
    expect(text).toContain(`workqueue_adds_total${labels} 3\n`);
    expect(text).toContain(`workqueue_retries_total${labels} 1\n`);
    expect(text).toContain(`workqueue_queue_duration_seconds_sum${labels} 4\n`);
    expect(text).toContain(`workqueue_work_duration_seconds_sum${labels} 3\n`);
    expect(text).toContain(`workqueue_unfinished_work_seconds${labels} 3.001\n`);
    expect(text).toContain(`workqueue_longest_running_processor_seconds${labels} 3.001\n`);
  });

  it('loses no key and gives none out twice, in any order of calls', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const call = fc.oneof(
      fc.record({ does: fc.constantFrom('add' as const, 'retry' as const, 'done' as const), key }),
      fc.record({ does: fc.constant('addAfter' as const), key, delayMs: fc.nat(50) }),
      fc.record({ does: fc.constant('take' as const) }),
      fc.record({ does: fc.constant('wait' as const), ms: fc.nat(30) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 60 }), async (calls) => {
        const { queue, clock } = aQueue();
        const working = new Set<string>();
        /** Keys that were asked for and not given out since. */
        const owed = new Set<string>();
        const take = (): boolean => {
          const taken = queue.take();
          if (taken === undefined) return false;
          expect(working.has(taken)).toBe(false);
          working.add(taken);
          owed.delete(taken);
          return true;
        };
        for (const step of calls) {
          if (step.does === 'take') take();
          else if (step.does === 'wait') await clock.advance(step.ms);
          else if (step.does === 'done') {
            if (working.delete(step.key)) queue.done(step.key);
          } else {
            owed.add(step.key);
            if (step.does === 'addAfter') queue.addAfter(step.key, step.delayMs);
            else queue[step.does](step.key);
          }
        }
        for (const held of working) queue.done(held);
        working.clear();
        await clock.advance(120_000);
        while (take()) for (const held of working) if (working.delete(held)) queue.done(held);
        expect([...owed]).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.js';
import { createControllerLoop, type ControllerLoopDeps, type Reconcile } from './controller-loop.js';
import { KubeError } from './kube-error.js';
import { createKubeMetrics } from './metrics.js';
import type { KeySource } from './object-cache.js';
import { createFakeClock, settle } from './testing/fake-clock.js';

/** A source that a test speaks for. */
function aSource(keys: string[] = []) {
  const listeners = new Set<(key: string) => void>();
  const synced = Promise.withResolvers<undefined>();
  const source: KeySource = {
    keys: () => keys,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    synced: async () => {
      await synced.promise;
    },
  };
  const tell = (key: string): void => {
    for (const listener of listeners) listener(key);
  };
  return { source, tell, sync: () => synced.resolve(undefined), listeners };
}

function aLoop(reconcile: Reconcile, over: Partial<ControllerLoopDeps> & { keys?: string[] } = {}) {
  const clock = createFakeClock();
  const registry = new Registry();
  const { source, tell, sync, listeners } = aSource(over.keys);
  const loop = createControllerLoop({
    name: 'meeting',
    sources: [source],
    reconcile,
    maxConcurrent: 2,
    deadlineMs: 1_000,
    clock,
    random: () => 1,
    metrics: createKubeMetrics(registry),
    log: pino({ level: 'silent' }),
    ...over,
  });
  const stop = new AbortController();
  return { loop, clock, registry, tell, sync, listeners, stop };
}
const metric = async (registry: Registry, line: string) => expect(await registry.metrics()).toContain(`${line}\n`);

describe('a controller loop', () => {
  it('waits for its sources, then works on every key that there is, and on each that changes', async () => {
    const seen: string[] = [];
    const { loop, tell, sync, stop } = aLoop((key) => Promise.resolve({ requeueAfterMs: void seen.push(key) }), {
      keys: ['a', 'b'],
    });
    const running = loop.run(stop.signal);
    tell('early');
    await settle();
    expect(seen).toEqual([]);
    sync();
    await settle();
    expect(seen.sort()).toEqual(['a', 'b', 'early']);
    tell('c');
    await settle();
    expect(seen).toContain('c');
    stop.abort();
    await running;
  });

  it('gives everything else its turn while thousands of keys need nothing from outside', async () => {
    let done = 0;
    const workForMs = (ms: number): void => {
      for (const endMs = performance.now() + ms; performance.now() < endMs;);
    };
    const { loop, sync, stop } = aLoop(
      (key) => Promise.resolve({ requeueAfterMs: void (workForMs(0.2), (done += Number(key) >= 0 ? 1 : 0)) }),
      {
        keys: Array.from({ length: 1_000 }, (_, index) => String(index)),
        clock: systemClock,
      },
    );
    const running = loop.run(stop.signal);
    const beforeOthers = new Promise<number>((resolve) => setTimeout(() => resolve(done), 20));
    sync();
    expect(await beforeOthers).toBeLessThan(500);
    await vi.waitFor(() => expect(done).toBe(1_000), 10_000);
    stop.abort();
    await running;
  });

  it('works on so many keys at once and on no key twice', async () => {
    const active: string[] = [];
    const finish = new Map<string, () => void>();
    const { loop, sync, tell, stop, registry } = aLoop(
      (key) =>
        new Promise((resolve) => {
          active.push(key);
          finish.set(key, () => {
            active.splice(active.indexOf(key), 1);
            resolve({});
          });
        }),
      { keys: ['a', 'b', 'c'] },
    );
    const running = loop.run(stop.signal);
    sync();
    await settle();
    tell('a');
    expect(active).toEqual(['a', 'b']);
    await metric(registry, 'controller_runtime_active_workers{controller="meeting"} 2');
    finish.get('a')!();
    await settle();
    // What changes goes before what was there at the start.
    expect(active).toEqual(['b', 'a']);
    finish.get('b')!();
    await settle();
    expect(active).toEqual(['a', 'c']);
    stop.abort();
    for (const end of finish.values()) end();
    await running;
  });

  it('comes again when the result says so', async () => {
    let runs = 0;
    const { loop, clock, sync, stop } = aLoop(
      () => {
        runs += 1;
        return Promise.resolve({ requeueAfterMs: 5_000 });
      },
      { keys: ['a'] },
    );
    const running = loop.run(stop.signal);
    sync();
    await clock.advance(4_999);
    expect(runs).toBe(1);
    await clock.advance(1);
    expect(runs).toBe(2);
    stop.abort();
    await running;
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['a failure that passes is tried again soon', new Error('x'), 5, 'error'],
    [
      'a server that is busy is left alone as long as it asks',
      new KubeError('TooManyRequests', 'x', { retryAfterMs: 7_000 }),
      7_000,
      'error',
    ],
    ['a conflict is looked at again soon, and is no error', new KubeError('Conflict', 'x'), 5, 'requeue'],
    ['what is refused is only looked at from time to time', new KubeError('Invalid', 'x'), 300_000, 'error'],
  ])('%s', async (_, error, delayMs, result) => {
    const attempts: number[] = [];
    const { loop, clock, sync, stop, registry } = aLoop(
      (_key, { attempt }) => {
        attempts.push(attempt);
        return attempt === 1 ? Promise.reject(error) : Promise.resolve({});
      },
      { keys: ['a'] },
    );
    const running = loop.run(stop.signal);
    sync();
    await settle();
    await metric(registry, `controller_runtime_reconcile_total{controller="meeting",result="${result}"} 1`);
    await metric(
      registry,
      `controller_runtime_reconcile_errors_total{controller="meeting"} ${result === 'error' ? 1 : 0}`,
    );
    await clock.advance(delayMs - 1);
    expect(attempts).toEqual([1]);
    await clock.advance(1);
    expect(attempts).toEqual([1, 2]);
    stop.abort();
    await running;
  });

  it('aborts a reconcile at its deadline, and tries it again', async () => {
    let runs = 0;
    const { loop, clock, sync, stop } = aLoop(
      (_key, { signal }) => {
        runs += 1;
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
      { keys: ['a'] },
    );
    const running = loop.run(stop.signal);
    sync();
    await clock.advance(999);
    expect(runs).toBe(1);
    await clock.advance(10);
    expect(runs).toBe(2);
    stop.abort();
    await running;
  });

  it('stops when told to: it aborts what runs, waits for it, and can be run again with all keys', async () => {
    const seen: string[] = [];
    let ended = false;
    const { loop, sync, stop, tell, listeners, registry } = aLoop(
      async (key, { signal }) => {
        seen.push(key);
        if (key === 'slow' && seen.length < 3)
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => setImmediate(resolve)));
        ended = true;
        return {};
      },
      { keys: ['slow'], maxConcurrent: 1 },
    );
    const running = loop.run(stop.signal);
    sync();
    await settle();
    tell('waiting');
    stop.abort();
    await running;
    expect(ended).toBe(true);
    expect(seen).toEqual(['slow']);
    expect(listeners.size).toBe(0);
    loop.enqueue('nobody works');

    const again = new AbortController();
    seen.push('-', '-');
    const rerunning = loop.run(again.signal);
    await settle();
    expect(seen).toEqual(['slow', '-', '-', 'slow']);
    again.abort();
    await rerunning;
    await metric(registry, 'controller_runtime_active_workers{controller="meeting"} 0');
  });
});

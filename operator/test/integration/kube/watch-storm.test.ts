/** Law 9 under everything at once: the storm's seed is printed by a failing test. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createObjectWriter } from '../../../src/kube/apply.js';
import { systemClock } from '../../../src/kube/clock.js';
import { createReflector } from '../../../src/kube/reflector.js';
import { startApiServer, type ApiServer } from '../kube-apiserver.js';
import { configMaps, createRuntime, type Runtime } from './config-maps.js';
import { startFaultProxy, type Fault, type FaultProxy } from './fault-proxy.js';
import { mirrorOf, truthOf } from './mirror.js';

const signal = new AbortController().signal;
const namespace = 'default';
const STORM_MS = 15_000;

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function faultOf(random: () => number): Fault | undefined {
  const afterBytes = Math.floor(random() * 4_000);
  const faults: (Fault | undefined)[] = [
    undefined,
    undefined,
    { kind: 'Answer', status: 410, body: { kind: 'Status', reason: 'Expired', code: 410 } },
    { kind: 'Answer', status: 429, headers: { 'retry-after': '0' } },
    { kind: 'Answer', status: random() < 0.5 ? 500 : 503 },
    { kind: 'Reset' },
    { kind: 'Hang' },
    { kind: 'HalfOpen', afterBytes },
    { kind: 'Cut', afterBytes },
    { kind: 'Truncate', afterBytes },
    { kind: 'Slow', chunkBytes: 200, delayMs: 5 },
  ];
  return faults[Math.floor(random() * faults.length)];
}

describe('law 9: a storm of faults', () => {
  let server: ApiServer;
  let direct: Runtime;
  let proxy: FaultProxy;
  let proxied: Runtime;

  beforeAll(async () => {
    server = await startApiServer();
    direct = createRuntime(server.kubeConfig);
    proxy = await startFaultProxy(server.kubeConfig);
    proxied = createRuntime(proxy.kubeConfig);
  });
  afterAll(async () => {
    proxied.client.close();
    direct.client.close();
    await proxy.close();
    await server.close();
  });

  it('neither stops the watch nor loses a change', async () => {
    const seed = Number(process.env['STORM_SEED'] ?? Date.now() % 2 ** 31);
    const random = seeded(seed);
    const met = new Map<string, number>();
    proxy.decide = () => {
      const fault = faultOf(random);
      if (fault !== undefined) met.set(fault.kind, (met.get(fault.kind) ?? 0) + 1);
      return fault;
    };
    const reflector = createReflector({
      client: proxied.client,
      resource: configMaps,
      namespace,
      clock: systemClock,
      random,
      metrics: proxied.metrics,
      log: proxied.log,
      tuning: {
        pageSize: 20,
        watchIdleMs: 300,
        listDeadlineMs: 500,
        backoffBaseMs: 10,
        backoffCapMs: 100,
        relistMs: 3_000,
      },
    });
    const mirror = mirrorOf(reflector);
    const writer = createObjectWriter({ client: direct.client, fieldManager: 'parley-test' });
    const endAtMs = Date.now() + STORM_MS;
    let writes = 0;
    const change = async (worker: number): Promise<void> => {
      while (Date.now() < endAtMs) {
        const name = `storm-${worker}-${Math.floor(random() * 25)}`;
        writes += 1;
        if (random() < 0.3) await writer.delete(configMaps, { name, namespace }, { signal });
        else
          await writer.apply(configMaps, { metadata: { name, namespace }, data: { writes: `${writes}` } } as object, {
            signal,
          });
        if (random() < 0.02) proxy.cutAll();
      }
    };
    await Promise.all([0, 1, 2].map(change));
    const metInStorm = new Map(met);
    proxy.decide = () => undefined;
    const truth = await truthOf(direct.client, namespace);
    const why = `seed ${seed}`;
    await vi.waitFor(() => expect(mirror.versions, why).toEqual(truth), { timeout: 10_000, interval: 20 });
    expect(reflector.cache.size).toBe(truth.size);
    expect(writes, why).toBeGreaterThan(300);
    expect([...metInStorm.keys()].length, why).toBeGreaterThanOrEqual(6);

    await writer.apply(configMaps, { metadata: { name: 'calm', namespace } }, { signal });
    await vi.waitFor(() => expect(mirror.told.at(-1), why).toBe('default/calm'), { timeout: 5_000 });
    await reflector.close();
  });
});

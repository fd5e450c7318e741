/** Elector, reflector, queue and writer together, as an operator's main wires them. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createObjectWriter } from '../../../src/kube/apply.js';
import { systemClock } from '../../../src/kube/clock.js';
import { createControllerLoop } from '../../../src/kube/controller-loop.js';
import { createElector, type Elector } from '../../../src/kube/elector.js';
import { createReflector } from '../../../src/kube/reflector.js';
import { startApiServer, type ApiServer } from '../kube-apiserver.js';
import { configMaps, createRuntime, type ConfigMap, type Runtime } from './config-maps.js';
import { startFaultProxy, type Fault, type FaultProxy } from './fault-proxy.js';
import { truthOf } from './mirror.js';

const PARENTS = 120;
const TIMING = { leaseMs: 3_000, renewDeadlineMs: 1_500, retryMs: 200 };
const never = new AbortController().signal;

interface Operator {
  readonly elector: Elector;
  readonly proxy: FaultProxy;
  close(): Promise<void>;
}

describe('two operators, one leader', () => {
  let server: ApiServer;
  let direct: Runtime;
  /** Keys being worked on in either operator. */
  const working = new Set<string>();
  let collisions = 0;

  beforeAll(async () => {
    server = await startApiServer();
    direct = createRuntime(server.kubeConfig);
  });
  afterAll(async () => {
    direct.client.close();
    await server.close();
  });

  async function startOperator(identity: string): Promise<Operator> {
    const proxy = await startFaultProxy(server.kubeConfig);
    const runtime = createRuntime(proxy.kubeConfig);
    const parts = { ...runtime, clock: systemClock, random: Math.random };
    const reflector = createReflector<ConfigMap, 'parent'>({
      ...parts,
      resource: configMaps,
      namespace: 'default',
      labelSelector: 'test in (parent, child)',
      indexes: { parent: (object) => object.metadata.labels?.['parent'] },
      tuning: { watchIdleMs: 1_000, backoffBaseMs: 20, backoffCapMs: 200 },
    });
    const elector = createElector({
      ...parts,
      namespace: 'default',
      name: 'operator',
      identity,
      timing: TIMING,
      lead: ({ signal }) => loop.run(signal),
    });
    const writer = createObjectWriter({ client: runtime.client, fieldManager: 'parley-operator', leadership: elector });
    const loop = createControllerLoop({
      ...parts,
      name: 'parent',
      // A child that someone deletes brings its parent back to work.
      sources: [reflector.changesOf('parent')],
      maxConcurrent: 4,
      deadlineMs: 5_000,
      reconcile: async (name, { signal }) => {
        if (working.has(name)) collisions += 1;
        working.add(name);
        try {
          const parent = reflector.cache.get(`default/${name}`);
          if (parent === undefined) return {};
          const child = {
            metadata: { name: `${name}-child`, namespace: 'default', labels: { test: 'child', parent: name } },
            data: { copy: parent.data?.['value'] ?? '' },
          };
          await writer.apply(configMaps, child, { signal });
          return {};
        } finally {
          working.delete(name);
        }
      },
    });
    return {
      elector,
      proxy,
      close: async () => {
        await elector.close();
        await reflector.close();
        runtime.client.close();
        await proxy.close();
      },
    };
  }
  const writer = () => createObjectWriter({ client: direct.client, fieldManager: 'someone' });
  const writeParents = async (value: string): Promise<void> => {
    for (let n = 0; n < PARENTS; n++) {
      const name = `parent-${n}`;
      const metadata = { name, namespace: 'default', labels: { test: 'parent', parent: name } };
      await writer().apply(configMaps, { metadata, data: { value } } as object, { signal: never });
    }
  };
  const expectChildren = (value: string) =>
    vi.waitFor(
      async () => {
        const children = [...(await truthOf(direct.client, 'default')).keys()].filter((key) => key.endsWith('-child'));
        expect(children).toHaveLength(PARENTS);
        for (const key of children) {
          const child = await writer().get(
            configMaps,
            { name: key.slice('default/'.length), namespace: 'default' },
            { signal: never },
          );
          expect(child?.data).toEqual({ copy: value });
        }
      },
      { timeout: 30_000, interval: 200 },
    );

  it('every key is worked to its end through faults, a lost leader and a deleted child', async () => {
    const first = await startOperator('first');
    await vi.waitFor(() => expect(first.elector.isLeader()).toBe(true), { timeout: 5_000 });
    const second = await startOperator('second');
    const faults: Fault[] = [
      { kind: 'Answer', status: 503 },
      { kind: 'Answer', status: 429, headers: { 'retry-after': '0' } },
      { kind: 'Reset' },
      { kind: 'Truncate', afterBytes: 100 },
    ];
    let requests = 0;
    // One request in five of both operators fails, those for the lease excepted.
    for (const { proxy } of [first, second])
      proxy.decide = ({ url }) => {
        requests += 1;
        return url.pathname.includes('/leases') || requests % 5 !== 0
          ? undefined
          : faults[(requests / 5) % faults.length];
      };
    await writeParents('1');
    await expectChildren('1');

    const writing = writeParents('2');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await first.proxy.refuse();
    await writing;
    await vi.waitFor(() => expect(second.elector.isLeader()).toBe(true), { timeout: 10_000 });
    expect(first.elector.isLeader()).toBe(false);
    await expectChildren('2');

    await writer().delete(configMaps, { name: 'parent-7-child', namespace: 'default' }, { signal: never });
    await expectChildren('2');
    expect(collisions).toBe(0);
    await first.proxy.accept();
    await first.close();
    await second.close();
  });
});

/** Law 9, with a real compaction: without a watch cache the API server serves watches and pages from etcd itself. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createObjectWriter } from '../../../src/kube/apply.js';
import { systemClock } from '../../../src/kube/clock.js';
import { createReflector } from '../../../src/kube/reflector.js';
import { startApiServer, type ApiServer } from '../kube-apiserver.js';
import { configMaps, createRuntime, type Runtime } from './config-maps.js';
import { compactEtcd } from './etcd.js';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';
import { mirrorOf, truthOf } from './mirror.js';

const signal = new AbortController().signal;
const namespace = 'default';
const CONVERGE = { timeout: 20_000, interval: 20 };

describe('law 9: a compaction in etcd', () => {
  let server: ApiServer;
  let direct: Runtime;
  let proxy: FaultProxy;
  let proxied: Runtime;

  beforeAll(async () => {
    server = await startApiServer('--watch-cache=false');
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
  const write = (name: string, step: string) => {
    const writer = createObjectWriter({ client: direct.client, fieldManager: 'parley-test' });
    return writer.apply(configMaps, { metadata: { name, namespace }, data: { step } } as object, { signal });
  };
  const reflect = (pageSize: number) =>
    createReflector({
      client: proxied.client,
      resource: configMaps,
      namespace,
      clock: systemClock,
      random: Math.random,
      metrics: proxied.metrics,
      log: proxied.log,
      tuning: { pageSize, backoffBaseMs: 20, backoffCapMs: 200 },
    });
  const goneSeen = async () =>
    (await proxied.metrics.watchFailures.get()).values.find(({ labels }) => labels.reason === 'Gone')?.value ?? 0;

  it('of what the watch would go on from: it lists, and tells of what came and of what went', async () => {
    await write('changed', '1');
    const { metadata: doomed } = await write('deleted', '1');
    const reflector = reflect(500);
    const mirror = mirrorOf(reflector);
    await reflector.synced(AbortSignal.timeout(5_000));
    const goneBefore = await goneSeen();

    await proxy.refuse();
    await write('changed', '2');
    await write('created', '1');
    const writer = createObjectWriter({ client: direct.client, fieldManager: 'parley-test' });
    await writer.delete(configMaps, { name: 'deleted', namespace }, { signal, uid: doomed.uid });
    await compactEtcd(server);
    await proxy.accept();

    await vi.waitFor(async () => expect(mirror.versions).toEqual(await truthOf(direct.client, namespace)), CONVERGE);
    expect(await goneSeen()).toBeGreaterThan(goneBefore);
    await write('afterwards', '1');
    await vi.waitFor(() => expect(mirror.versions.has('default/afterwards')).toBe(true), CONVERGE);
    await reflector.close();
  });

  it('between two pages of a list: it lists again whole', async () => {
    for (let n = 0; n < 6; n++) await write(`page-${n}`, '1');
    const goneBefore = await goneSeen();
    let compacted = 0;
    proxy.decide = async (request) => {
      if (!request.url.searchParams.has('continue') || compacted === 1) return undefined;
      compacted += 1;
      await write('page-5', '2');
      await compactEtcd(server);
      return undefined;
    };
    const reflector = reflect(2);
    const mirror = mirrorOf(reflector);
    await reflector.synced(AbortSignal.timeout(10_000));
    expect(mirror.versions).toEqual(await truthOf(direct.client, namespace));
    expect(reflector.cache.get('default/page-5')?.data).toEqual({ step: '2' });
    expect(await goneSeen()).toBe(goneBefore + 1);
    await reflector.close();
  });
});

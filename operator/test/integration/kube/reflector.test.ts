import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createObjectWriter } from '../../../src/kube/apply.js';
import { systemClock } from '../../../src/kube/clock.js';
import { createReflector } from '../../../src/kube/reflector.js';
import { startApiServer, type ApiServer } from '../kube-apiserver.js';
import { configMaps, createRuntime, type Runtime } from './config-maps.js';

const signal = new AbortController().signal;

describe('a reflector over a healthy API server', () => {
  let server: ApiServer;
  let runtime: Runtime;

  beforeAll(async () => {
    server = await startApiServer();
    runtime = createRuntime(server.kubeConfig);
  });
  afterAll(async () => {
    runtime.client.close();
    await server.close();
  });

  it('lists in pages, follows creates, changes and deletes, and tells their keys', async () => {
    const { client, metrics, log } = runtime;
    const writer = createObjectWriter({ client, fieldManager: 'parley-test' });
    const named = (name: string, step: string) => ({
      metadata: { name, namespace: 'default', labels: { suite: 'reflector' } },
      data: { step },
    });
    for (let n = 0; n < 12; n++) await writer.apply(configMaps, named(`page-${n}`, '1'), { signal });

    const reflector = createReflector({
      client,
      resource: configMaps,
      namespace: 'default',
      labelSelector: 'suite=reflector',
      indexes: { byStep: (object) => object.data?.['step'] },
      clock: systemClock,
      random: Math.random,
      metrics,
      log,
      tuning: { pageSize: 5 },
    });
    const heard: string[] = [];
    reflector.changes.subscribe((key) => heard.push(key));
    await reflector.synced(AbortSignal.timeout(5_000));
    expect(reflector.cache.size).toBe(12);

    heard.length = 0;
    await writer.apply(configMaps, named('page-3', '2'), { signal });
    await writer.apply(configMaps, named('fresh', '1'), { signal });
    await writer.delete(configMaps, { name: 'page-4', namespace: 'default' }, { signal });
    await vi.waitFor(() => {
      expect(heard).toEqual(['default/page-3', 'default/fresh', 'default/page-4']);
    });
    expect(reflector.cache.get('default/page-3')?.data).toEqual({ step: '2' });
    expect(reflector.cache.byIndex('byStep', '2').map((object) => object.metadata.name)).toEqual(['page-3']);
    expect(reflector.cache.has('default/page-4')).toBe(false);
    await reflector.close();
  });
});

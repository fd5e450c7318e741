/** Law 9: the Kubernetes runtime cannot go deaf. Every fault stands between it and a real API server. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createObjectWriter, type ObjectWriter } from '../../../src/kube/apply.js';
import { systemClock } from '../../../src/kube/clock.js';
import { createReflector, type Reflector, type ReflectorTuning } from '../../../src/kube/reflector.js';
import { startApiServer, type ApiServer } from '../kube-apiserver.js';
import { configMaps, createRuntime, type ConfigMap, type Runtime } from './config-maps.js';
import { startFaultProxy, type Fault, type FaultProxy, type ProxiedRequest } from './fault-proxy.js';
import { mirrorOf, truthOf, type Mirror } from './mirror.js';

const signal = new AbortController().signal;
const CONVERGE = { timeout: 20_000, interval: 20 };
const QUICK: Partial<ReflectorTuning> = {
  watchIdleMs: 800,
  backoffBaseMs: 20,
  backoffCapMs: 200,
  listDeadlineMs: 1_500,
};

const gone = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410, message: 'too old' };
const busy = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'TooManyRequests', code: 429 };

let server: ApiServer;
let direct: Runtime;
let writer: ObjectWriter;
let namespaces = 0;

beforeAll(async () => {
  server = await startApiServer();
  direct = createRuntime(server.kubeConfig);
  writer = createObjectWriter({ client: direct.client, fieldManager: 'parley-test' });
});
afterAll(async () => {
  direct.client.close();
  await server.close();
});

let namespace: string;
let proxy: FaultProxy;
let proxied: Runtime;
let reflector: Reflector<ConfigMap>;
let mirror: Mirror;

beforeEach(async () => {
  namespaces += 1;
  namespace = `faults-${namespaces}`;
  await direct.client.request({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { metadata: { name: namespace } },
  });
  proxy = await startFaultProxy(server.kubeConfig);
  proxied = createRuntime(proxy.kubeConfig);
});
afterEach(async () => {
  await reflector.close();
  proxied.client.close();
  await proxy.close();
});

function watch(tuning: Partial<ReflectorTuning> = {}): void {
  const { client, metrics, log } = proxied;
  reflector = createReflector({
    client,
    resource: configMaps,
    namespace,
    clock: systemClock,
    random: Math.random,
    metrics,
    log,
    tuning: { ...QUICK, ...tuning },
  });
  mirror = mirrorOf(reflector);
}
async function write(name: string, step: string): Promise<void> {
  await writer.apply(configMaps, { metadata: { name, namespace }, data: { step } } as object, { signal });
}
async function remove(name: string): Promise<void> {
  await writer.delete(configMaps, { name, namespace }, { signal });
}
async function expectConverged(): Promise<void> {
  await vi.waitFor(async () => {
    const truth = await truthOf(direct.client, namespace);
    expect(
      new Map([...reflector.cache.keys()].map((key) => [key, reflector.cache.get(key)?.metadata.resourceVersion])),
    ).toEqual(truth);
    expect(mirror.versions).toEqual(truth);
  }, CONVERGE);
}
const lists = async (): Promise<number> => (await proxied.metrics.lists.get()).values[0]?.value ?? 0;
/** The next `times` watches meet `fault`; the running one is cut, so that the next comes now. */
function breakWatches(fault: Fault, times: number): { readonly met: () => number } {
  let left = times;
  proxy.decide = (request) => {
    if (!request.isWatch || left === 0) return undefined;
    left -= 1;
    return fault;
  };
  proxy.cutAll();
  return { met: () => times - left };
}

describe('law 9: after a fault the watch goes on where it was, and tells every change', () => {
  const faults: Record<string, Fault> = {
    '429 with Retry-After': { kind: 'Answer', status: 429, headers: { 'retry-after': '1' }, body: busy },
    '429 inside a watch': { kind: 'InBand', line: JSON.stringify({ type: 'ERROR', object: busy }) },
    '500': { kind: 'Answer', status: 500, body: {} },
    '503 without a body': { kind: 'Answer', status: 503 },
    '504 with a page of HTML': {
      kind: 'Answer',
      status: 504,
      headers: { 'content-type': 'text/html' },
      body: '<html>',
    },
    'a reset before the answer': { kind: 'Reset' },
    'no answer at all': { kind: 'HalfOpen', afterBytes: 0 },
    'a half-open connection in the middle of an event': { kind: 'HalfOpen', afterBytes: 150 },
    'a reset in the middle of an event': { kind: 'Cut', afterBytes: 150 },
    'an end in the middle of an event': { kind: 'Truncate', afterBytes: 150 },
    'a line that is not JSON': { kind: 'InBand', line: '{"type":"ADDED","object":{"metad' },
    'a line that is no event': { kind: 'InBand', line: '{"type":"ADDED"}' },
    'a crawling connection': { kind: 'Slow', chunkBytes: 40, delayMs: 2 },
  };
  it.each(Object.entries(faults))('%s', async (_, fault) => {
    await write('changed', '1');
    await write('deleted', '1');
    watch();
    await reflector.synced(AbortSignal.timeout(5_000));
    const listsBefore = await lists();

    const broken = breakWatches(fault, 3);
    await write('changed', '2');
    await write('created', '1');
    await write('short-lived', '1');
    await remove('short-lived');
    await remove('deleted');

    await expectConverged();
    await vi.waitFor(() => expect(broken.met()).toBeGreaterThan(0), CONVERGE);
    // It went on from its version: a list would have missed what came and went in between.
    expect(await lists()).toBe(listsBefore);
    expect(mirror.told).toContain(`${namespace}/short-lived`);
    proxy.decide = () => undefined;
    await write('afterwards', '1');
    await expectConverged();
  });
});

describe('law 9: what is compacted away is listed again', () => {
  const faults: Record<string, Fault> = {
    '410': { kind: 'Answer', status: 410, body: gone },
    '410 inside a watch': { kind: 'InBand', line: JSON.stringify({ type: 'ERROR', object: gone }) },
  };
  it.each(Object.entries(faults))('%s', async (_, fault) => {
    await write('changed', '1');
    await write('deleted', '1');
    watch();
    await reflector.synced(AbortSignal.timeout(5_000));
    const broken = breakWatches(fault, 2);
    await write('changed', '2');
    await remove('deleted');
    await expectConverged();
    await vi.waitFor(() => expect(broken.met()).toBe(2), CONVERGE);
    expect(await lists()).toBeGreaterThan(1);
    await write('afterwards', '1');
    await expectConverged();
  });
});

describe('law 9: a list that fails is tried until it is whole', () => {
  const failing: Record<string, Fault> = {
    '429 with Retry-After': { kind: 'Answer', status: 429, headers: { 'retry-after': '1' }, body: busy },
    '500': { kind: 'Answer', status: 500 },
    '403': { kind: 'Answer', status: 403 },
    'a reset': { kind: 'Reset' },
    'no answer': { kind: 'Hang' },
    'truncated JSON': { kind: 'Truncate', afterBytes: 100 },
    'a cut body': { kind: 'Cut', afterBytes: 100 },
    'a half-open connection': { kind: 'HalfOpen', afterBytes: 100 },
    '410 on a continue': { kind: 'Answer', status: 410, body: gone },
  };
  it.each(Object.entries(failing))('%s', async (_, fault) => {
    for (let n = 0; n < 5; n++) await write(`page-${n}`, '1');
    let left = 2;
    // The second page fails, so that what the first brought must not be taken for all.
    proxy.decide = (request: ProxiedRequest) => {
      if (request.isWatch || !request.url.searchParams.has('continue') || left === 0) return undefined;
      left -= 1;
      return fault;
    };
    watch({ pageSize: 2 });
    await reflector.synced(AbortSignal.timeout(15_000));
    expect(reflector.cache.size).toBe((await truthOf(direct.client, namespace)).size);
    await expectConverged();
    expect(left).toBeLessThan(2);
  });
});

describe('law 9: without an API server', () => {
  it('refused connections are tried until they are taken, and nothing is lost', async () => {
    await write('deleted', '1');
    watch();
    await reflector.synced(AbortSignal.timeout(5_000));
    await proxy.refuse();
    await write('created', '1');
    await remove('deleted');
    await vi.waitFor(() => expect(reflector.lastEventAgeSeconds()).toBeGreaterThan(0.5), CONVERGE);
    expect(await proxied.registry.metrics()).toMatch(
      /parley_kube_last_event_age_seconds\{reflector="configmaps"\} 0\.[5-9]/,
    );
    await proxy.accept();
    await expectConverged();
    expect(reflector.lastEventAgeSeconds()).toBeLessThan(2);
  });

  it('an API server that stops in its tracks and goes on is heard again', async () => {
    await write('before', '1');
    watch();
    await reflector.synced(AbortSignal.timeout(5_000));
    process.kill(server.apiserverPid, 'SIGSTOP');
    try {
      await vi.waitFor(() => expect(reflector.lastEventAgeSeconds()).toBeGreaterThan(2), CONVERGE);
    } finally {
      process.kill(server.apiserverPid, 'SIGCONT');
    }
    await write('after', '1');
    await expectConverged();
  });
});

describe('a relist from time to time', () => {
  it('mends a cache that has missed an event, and tells the key', async () => {
    await write('kept', '1');
    watch({ relistMs: 300 });
    await reflector.synced(AbortSignal.timeout(5_000));
    // A server or a proxy that loses events without any sign of it.
    proxy.decide = (request) => (request.isWatch ? { kind: 'HalfOpen', afterBytes: 0 } : undefined);
    proxy.cutAll();
    await write('unseen', '1');
    await expectConverged();
    expect(await lists()).toBeGreaterThan(1);
  });
});

describe('from where a watch goes on', () => {
  const versionsAsked = (): (string | null)[] =>
    proxy.requests.filter(({ isWatch }) => isWatch).map(({ url }) => url.searchParams.get('resourceVersion'));

  it('is the last event, so that nothing is sent twice', async () => {
    watch({ watchIdleMs: 60_000 });
    await reflector.synced(AbortSignal.timeout(5_000));
    const { metadata } = await writer.apply(configMaps, { metadata: { name: 'last', namespace } }, { signal });
    await expectConverged();
    proxy.cutAll();
    await vi.waitFor(() => expect(versionsAsked()).toHaveLength(2), CONVERGE);
    expect(versionsAsked()[1]).toBe(metadata.resourceVersion);
    expect(mirror.told.filter((key) => key === `${namespace}/last`)).toHaveLength(1);
  });

  it('is the last bookmark, where nothing else happens', async () => {
    watch({ watchIdleMs: 60_000 });
    await reflector.synced(AbortSignal.timeout(5_000));
    const elsewhere = { metadata: { name: `after-${namespace}`, namespace: 'default' } };
    const { metadata } = await writer.apply(configMaps, elsewhere, { signal });
    const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: metadata.resourceVersion } } };
    breakWatches({ kind: 'InBand', line: JSON.stringify(bookmark) }, 1);
    await vi.waitFor(() => expect(versionsAsked().at(-1)).toBe(metadata.resourceVersion), CONVERGE);
    expect(reflector.seenVersion()).toBe(metadata.resourceVersion);
    await write('afterwards', '1');
    await expectConverged();
    expect(await lists()).toBe(1);
  });
});

describe('what others get wrong', () => {
  it('an object that does not parse keeps its last readable version, is counted, and holds back no other', async () => {
    const { client, metrics, log } = proxied;
    reflector = createReflector({
      client,
      resource: {
        ...configMaps,
        parse: (json) => {
          const object = configMaps.parse(json);
          if (object.data?.['step'] === 'unreadable') throw new Error('unreadable');
          return object;
        },
      },
      namespace,
      clock: systemClock,
      random: Math.random,
      metrics,
      log,
    });
    mirror = mirrorOf(reflector);
    await write('spoilt', '1');
    await reflector.synced(AbortSignal.timeout(5_000));
    await write('spoilt', 'unreadable');
    await write('other', '1');
    await vi.waitFor(() => expect(reflector.cache.has(`${namespace}/other`)).toBe(true), CONVERGE);
    expect(reflector.cache.get(`${namespace}/spoilt`)?.data).toEqual({ step: '1' });
    expect(await proxied.registry.metrics()).toContain(
      'parley_kube_unreadable_objects_total{reflector="configmaps"} 1',
    );
    await write('spoilt', '2');
    await expectConverged();
  });

  it('a listener that throws is called again, and so are the others', async () => {
    watch();
    await reflector.synced(AbortSignal.timeout(5_000));
    let calls = 0;
    reflector.changes.subscribe(() => {
      calls += 1;
      throw new Error('a defect of a listener');
    });
    const late: string[] = [];
    reflector.changes.subscribe((key) => late.push(key));
    await write('one', '1');
    await write('two', '1');
    await vi.waitFor(() => expect(late).toEqual([`${namespace}/one`, `${namespace}/two`]), CONVERGE);
    expect(calls).toBe(2);
  });
});

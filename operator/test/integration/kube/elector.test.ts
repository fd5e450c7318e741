import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/kube/clock.js';
import { createElector, type Elector, type Leadership } from '../../../src/kube/elector.js';
import { startApiServer, type ApiServer } from '../kube-apiserver.js';
import { createRuntime, type Runtime } from './config-maps.js';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';

const TIMING = { leaseMs: 3_000, renewDeadlineMs: 1_500, retryMs: 200 };
const SOON = { timeout: 10_000, interval: 5 };

interface Candidate {
  readonly elector: Elector;
  readonly proxy: FaultProxy;
  readonly runtime: Runtime;
  readonly terms: { readonly term: number; readonly fromMs: number; toMs: number | undefined }[];
}

describe('electors over a real API server', () => {
  let server: ApiServer;
  let direct: Runtime;
  let lease = 0;
  let candidates: Candidate[];

  beforeAll(async () => {
    server = await startApiServer();
    direct = createRuntime(server.kubeConfig);
  });
  afterAll(async () => {
    direct.client.close();
    await server.close();
  });
  beforeEach(() => {
    lease += 1;
    candidates = [];
  });
  afterEach(async () => {
    for (const { elector, runtime, proxy } of candidates) {
      await elector.close();
      runtime.client.close();
      await proxy.close();
    }
  });

  async function join(identity: string): Promise<Candidate> {
    const proxy = await startFaultProxy(server.kubeConfig);
    const runtime = createRuntime(proxy.kubeConfig);
    const terms: Candidate['terms'] = [];
    const lead = async ({ term, signal }: Leadership): Promise<void> => {
      const held: Candidate['terms'][number] = { term, fromMs: performance.now(), toMs: undefined };
      terms.push(held);
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      held.toMs = performance.now();
    };
    const elector = createElector({
      ...runtime,
      namespace: 'default',
      name: `parley-${lease}`,
      identity,
      lead,
      clock: systemClock,
      random: Math.random,
      timing: TIMING,
    });
    const candidate = { elector, proxy, runtime, terms };
    candidates.push(candidate);
    return candidate;
  }
  interface LeaseObject {
    readonly metadata: { readonly resourceVersion: string };
    readonly spec: { readonly holderIdentity?: string };
  }
  const readLease = async (): Promise<LeaseObject> => {
    const path = `/apis/coordination.k8s.io/v1/namespaces/default/leases/parley-${lease}`;
    return (await direct.client.request({ method: 'GET', path })) as LeaseObject;
  };
  const holder = async (): Promise<string> => (await readLease()).spec.holderIdentity ?? '';
  const version = async (): Promise<string> => (await readLease()).metadata.resourceVersion;
  const untilLeading = ({ elector }: Candidate) => vi.waitFor(() => expect(elector.isLeader()).toBe(true), SOON);

  it('one leads; closing hands over at once, with a higher term', async () => {
    const first = await join('first');
    await untilLeading(first);
    const second = await join('second');
    await new Promise((resolve) => setTimeout(resolve, TIMING.leaseMs + 500));
    expect(first.elector.isLeader()).toBe(true);
    expect(second.elector.isLeader()).toBe(false);
    expect(first.terms).toHaveLength(1);

    await first.elector.close();
    // Nobody has to wait until it has run out.
    expect(['', 'second']).toContain(await holder());
    await untilLeading(second);
    expect(second.terms[0]!.term).toBeGreaterThan(first.terms[0]!.term);
    expect(second.terms[0]!.fromMs).toBeGreaterThan(first.terms[0]!.toMs!);
  });

  it('what is closed while a renewal is on its way is handed over at once, too', async () => {
    const first = await join('first');
    await untilLeading(first);
    const unanswered = new Promise<void>((resolve) => {
      first.proxy.decide = ({ method }) => {
        if (method !== 'PUT') return undefined;
        first.proxy.decide = () => undefined;
        resolve();
        return { kind: 'HalfOpen', afterBytes: 0 };
      };
    });
    const before = await version();
    await unanswered;
    await vi.waitFor(async () => expect(await version()).not.toBe(before), SOON);
    await first.elector.close();
    expect(await holder()).toBe('');
  });

  it.each([
    ['hangs', { kind: 'Hang' as const }],
    ['resets', { kind: 'Reset' as const }],
    ['answers 503', { kind: 'Answer' as const, status: 503 }],
    ['answers 429', { kind: 'Answer' as const, status: 429, headers: { 'retry-after': '1' } }],
  ])('a leader whose API server %s has stopped before another leads, and leads again later', async (_, fault) => {
    const first = await join('first');
    await untilLeading(first);
    const second = await join('second');

    first.proxy.decide = () => fault;
    await untilLeading(second);
    expect(first.terms[0]!.toMs).toBeDefined();
    expect(first.terms[0]!.toMs!).toBeLessThan(second.terms[0]!.fromMs);
    expect(first.elector.isLeader()).toBe(false);

    first.proxy.decide = () => undefined;
    await second.elector.close();
    await untilLeading(first);
    const terms = [...first.terms, ...second.terms].sort((a, b) => a.fromMs - b.fromMs).map(({ term }) => term);
    expect(terms).toEqual([...new Set(terms)].sort((a, b) => a - b));
  });

  it('a lease that is deleted does not make two leaders', async () => {
    const first = await join('first');
    await untilLeading(first);
    const second = await join('second');
    const path = `/apis/coordination.k8s.io/v1/namespaces/default/leases/parley-${lease}`;
    await vi.waitFor(() => expect(second.proxy.requests.length).toBeGreaterThan(2), SOON);
    await first.runtime.client.request({ method: 'DELETE', path });
    await vi.waitFor(
      async () =>
        expect(await first.runtime.client.request({ method: 'GET', path })).toMatchObject({
          spec: { holderIdentity: 'first', leaseTransitions: first.terms[0]!.term },
        }),
      SOON,
    );
    expect(first.elector.isLeader()).toBe(true);
    expect(second.terms).toEqual([]);
  });
});

import fc from 'fast-check';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createElector, type Elector, type LeaseTiming } from './elector.js';
import type { KubeClient, KubeRequest } from './kube-client.js';
import { KubeError } from './kube-error.js';
import { createKubeMetrics } from './metrics.js';
import { createFakeClock, settle, type FakeClock } from './testing/fake-clock.js';

const TIMING: LeaseTiming = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

/** How a candidate's requests fare: before the server has them, and after. */
type Line = 'Up' | 'Down' | 'Hangs' | 'AnswerLost' | 'Slow';

const SLOW_MS = 4_000;

/** One Lease with optimistic locking, as the API server keeps it. */
function aLeaseServer(clock: FakeClock) {
  let lease: { version: number; spec: object } | undefined;
  const serve = (request: KubeRequest): unknown => {
    const body = request.body as { metadata: { resourceVersion?: string }; spec: object } | undefined;
    if (request.method === 'POST' && lease !== undefined) throw new KubeError('AlreadyExists', 'exists');
    if (request.method !== 'POST' && lease === undefined) throw new KubeError('NotFound', 'no lease');
    if (request.method === 'PUT' && body?.metadata.resourceVersion !== String(lease?.version))
      throw new KubeError('Conflict', 'newer');
    if (body !== undefined) lease = { version: (lease?.version ?? 0) + 1, spec: body.spec };
    return { metadata: { resourceVersion: String(lease?.version) }, spec: lease?.spec };
  };
  const late = (request: KubeRequest): Promise<never> =>
    new Promise((_, reject) => {
      const cancel = clock.after(request.deadlineMs ?? 0, () => reject(new KubeError('Timeout', 'late')));
      request.signal?.addEventListener('abort', () => {
        cancel();
        reject(new KubeError('Aborted', 'gave up'));
      });
    });
  const clientOn = (line: () => Line): Pick<KubeClient, 'request'> => ({
    request: async (request) => {
      // A line that changes while the request is under way counts as it was.
      const state = line();
      await Promise.resolve();
      if (state === 'Down') throw new KubeError('Network', 'down');
      if (state === 'Hangs') return late(request);
      const answer = serve(request);
      if (state === 'Slow') await new Promise<void>((resolve) => clock.after(SLOW_MS, resolve));
      return state === 'AnswerLost' ? late(request) : answer;
    },
  });
  return { clientOn };
}

interface Candidate {
  readonly elector: Elector;
  line: Line;
  readonly terms: number[];
  /** Whether what it leads is running: until its signal aborts. */
  leads: boolean;
}

function candidates(clock: FakeClock, count: number): Candidate[] {
  const server = aLeaseServer(clock);
  return Array.from({ length: count }, (_, n) => {
    const state: Omit<Candidate, 'elector'> = { line: 'Up', terms: [], leads: false };
    const elector = createElector({
      client: server.clientOn(() => state.line),
      namespace: 'parley',
      name: 'operator',
      identity: `operator-${n}`,
      lead: ({ term, signal }) => {
        state.terms.push(term);
        state.leads = true;
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            state.leads = false;
            resolve();
          });
        });
      },
      clock,
      random: () => 0.5,
      metrics: createKubeMetrics(new Registry()),
      log: pino({ level: 'silent' }),
      timing: TIMING,
    });
    return Object.assign(state, { elector });
  });
}

describe('an elector', () => {
  it('stops leading at its renew deadline when the API server is away, goes on trying, and leads again', async () => {
    const clock = createFakeClock();
    const [only] = candidates(clock, 1) as [Candidate];
    await clock.advance(100);
    expect(only.leads).toBe(true);
    only.line = 'Down';
    await clock.advance(TIMING.renewDeadlineMs);
    expect(only.leads).toBe(false);
    expect(only.elector.isLeader()).toBe(false);
    await clock.advance(3_600_000);
    only.line = 'Up';
    await clock.advance(TIMING.retryMs * 3);
    expect(only.leads).toBe(true);
    expect(only.terms[1]).toBeGreaterThan(only.terms[0]!);
    await only.elector.close();
  });

  it('knows that it no longer leads though its process slept through the deadline and no timer has fired', async () => {
    const clock = createFakeClock();
    const [only] = candidates(clock, 1) as [Candidate];
    await clock.advance(100);
    clock.jump(TIMING.renewDeadlineMs);
    expect(only.leads).toBe(true);
    expect(only.elector.isLeader()).toBe(false);
    expect(only.elector.remainingMs()).toBe(0);
    expect(only.elector.term).toBeUndefined();
    only.line = 'Down';
    await clock.advance(0);
    expect(only.leads).toBe(false);
    await only.elector.close();
  });

  it('counts from when a renewal was sent, not from when it was answered', async () => {
    const clock = createFakeClock();
    const [only] = candidates(clock, 1) as [Candidate];
    await clock.advance(100);
    only.line = 'Slow';
    // Sent within the first two seconds, answered at most four later; the next ones fail.
    await clock.advance(TIMING.retryMs);
    only.line = 'Down';
    await clock.advance(SLOW_MS);
    expect(only.leads).toBe(true);
    await clock.advance(TIMING.renewDeadlineMs - SLOW_MS);
    expect(only.leads).toBe(false);
    await only.elector.close();
  });

  it('begins again when what it leads fails, but not at once', async () => {
    const clock = createFakeClock();
    const server = aLeaseServer(clock);
    let begun = 0;
    const elector = createElector({
      client: server.clientOn(() => 'Up'),
      namespace: 'parley',
      name: 'operator',
      identity: 'operator-0',
      lead: () => {
        begun += 1;
        return Promise.reject(new Error('no use'));
      },
      clock,
      random: () => 0,
      metrics: createKubeMetrics(new Registry()),
      log: pino({ level: 'silent' }),
      timing: TIMING,
    });
    await clock.advance(20_000);
    expect(begun).toBeGreaterThan(1);
    expect(begun).toBeLessThanOrEqual(11);
    await elector.close();
  });

  it('gives the lease back when it closes, so that another leads at its next try', async () => {
    const clock = createFakeClock();
    const [first, second] = candidates(clock, 2) as [Candidate, Candidate];
    await clock.advance(100);
    expect([first.leads, second.leads]).toEqual([true, false]);
    await first.elector.close();
    await clock.advance(TIMING.retryMs * 1.2);
    expect(second.leads).toBe(true);
    await second.elector.close();
  });

  it('never leads beside another, and terms only grow, whatever the network and the processes do', async () => {
    const line = fc.constantFrom<Line>('Up', 'Up', 'Slow', 'Down', 'Hangs', 'AnswerLost');
    const change = fc.record({ candidate: fc.nat(2), line, afterMs: fc.nat(9_000) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 25 }), async (changes) => {
        const clock = createFakeClock();
        const all = candidates(clock, 3);
        const history: number[] = [];
        const check = (): void => {
          expect(all.filter(({ leads }) => leads).length).toBeLessThanOrEqual(1);
          expect(all.filter(({ elector }) => elector.isLeader()).length).toBeLessThanOrEqual(1);
          const term = all.find(({ elector }) => elector.isLeader())?.elector.term;
          if (term !== undefined && term !== history.at(-1)) history.push(term);
        };
        for (const { candidate, line: next, afterMs } of changes) {
          for (let ms = 0; ms < afterMs; ms += 250) {
            await clock.advance(250);
            check();
          }
          all[candidate]!.line = next;
        }
        for (const candidate of all) candidate.line = 'Up';
        await clock.advance(60_000);
        check();
        expect(all.filter(({ leads }) => leads)).toHaveLength(1);
        expect(history).toEqual([...new Set(history)].sort((a, b) => a - b));
        for (const { elector } of all) await elector.close();
        await settle();
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});

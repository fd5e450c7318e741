import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createEventRecorder, type EventLimits } from './event-recorder.js';
import type { EventInput } from './event-series.js';
import type { KubeClient, KubeRequest } from './kube-client.js';
import { KubeError } from './kube-error.js';
import { createKubeMetrics } from './metrics.js';
import { createFakeClock, settle } from './testing/fake-clock.js';

const anEvent = (over: { note?: string; name?: string } = {}): EventInput => ({
  regarding: { apiVersion: 'parley.dev/v1alpha1', kind: 'Meeting', name: over.name ?? 'standup', namespace: 'default' },
  type: 'Normal',
  reason: 'Placed',
  action: 'Place',
  note: over.note ?? 'placed',
});

function aRecorder(limits: Partial<EventLimits> = {}) {
  const clock = createFakeClock();
  const registry = new Registry();
  const sent: KubeRequest[] = [];
  let answer: () => Promise<unknown> = () => Promise.resolve({});
  const client: Pick<KubeClient, 'request'> = {
    request: (request) => {
      sent.push(request);
      return answer();
    },
  };
  const recorder = createEventRecorder({
    client,
    reporter: { controller: 'parley.dev/operator', instance: 'operator-0' },
    clock,
    metrics: createKubeMetrics(registry),
    log: pino({ level: 'silent' }),
    limits,
  });
  const answerWith = (next: () => Promise<unknown>): void => {
    answer = next;
  };
  const counted = async (outcome: string) =>
    Number(new RegExp(`outcome="${outcome}"\\} (\\d+)`).exec(await registry.metrics())?.[1]);
  return { recorder, clock, sent, answerWith, counted };
}

describe('an event recorder', () => {
  it('writes one event for many repetitions, and the count at most so often', async () => {
    const { recorder, clock, sent } = aRecorder({ repeatMs: 10_000 });
    recorder.record(anEvent());
    await settle();
    for (let n = 0; n < 100; n++) recorder.record(anEvent());
    await clock.advance(9_999);
    expect(sent.map(({ method }) => method)).toEqual(['POST']);
    await clock.advance(1);
    expect(sent[1]).toMatchObject({ method: 'PATCH', body: { series: { count: 101 } } });
    await clock.advance(60_000);
    expect(sent).toHaveLength(2);
  });

  it('begins a new event after a long silence', async () => {
    const { recorder, clock, sent } = aRecorder({ seriesMs: 60_000 });
    recorder.record(anEvent());
    await clock.advance(60_000);
    recorder.record(anEvent());
    await settle();
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'POST']);
  });

  it('limits one noisy object without silencing another', async () => {
    const { recorder, sent, counted } = aRecorder({ perObject: { burst: 3, perSecond: 0.01 } });
    for (let n = 0; n < 10; n++) recorder.record(anEvent({ note: `${n}` }));
    recorder.record(anEvent({ name: 'other' }));
    await settle();
    expect(sent).toHaveLength(4);
    expect(await counted('limited')).toBe(7);
  });

  it('sends no faster than it may, and drops what does not fit, without ever throwing', async () => {
    const { recorder, clock, sent, counted } = aRecorder({ overall: { burst: 1, perSecond: 1 }, maxQueued: 5 });
    for (let n = 0; n < 20; n++) recorder.record(anEvent({ name: `meeting-${n}` }));
    await settle();
    expect(sent).toHaveLength(1);
    await clock.advance(3_000);
    expect(sent).toHaveLength(4);
    await clock.advance(60_000);
    expect(sent.length + (await counted('dropped'))).toBe(20);
    expect(await counted('dropped')).toBeGreaterThanOrEqual(14);
  });

  it('tries a few times when the API server is away, then lets go', async () => {
    const { recorder, clock, sent, answerWith, counted } = aRecorder();
    answerWith(() => Promise.reject(new KubeError('Network', 'away')));
    recorder.record(anEvent());
    await clock.advance(60_000);
    expect(sent).toHaveLength(3);
    expect(await counted('failed')).toBe(1);
  });

  it('writes an event anew whose object has expired in the API server', async () => {
    const { recorder, clock, sent, answerWith } = aRecorder({ repeatMs: 0 });
    recorder.record(anEvent());
    await settle();
    answerWith(() => {
      answerWith(() => Promise.resolve({}));
      return Promise.reject(new KubeError('NotFound', 'expired'));
    });
    recorder.record(anEvent());
    await clock.advance(5_000);
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'POST']);
    expect(sent[2]).toMatchObject({ body: { series: { count: 2 } } });
  });

  it('closes in bounded time though the API server hangs', async () => {
    const { recorder, clock, answerWith } = aRecorder();
    answerWith(() => new Promise(() => undefined));
    recorder.record(anEvent());
    let closed = false;
    void recorder.close().then(() => {
      closed = true;
    });
    await clock.advance(2_000);
    await settle();
    expect(closed).toBe(true);
  });
});

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/kube/clock.js';
import { createEventRecorder } from '../../../src/kube/event-recorder.js';
import { startApiServer, type ApiServer } from '../kube-apiserver.js';
import { createRuntime, type Runtime } from './config-maps.js';

interface Written {
  readonly items: readonly {
    readonly reason: string;
    readonly note: string;
    readonly regarding: { readonly name: string };
    readonly series?: { readonly count: number };
  }[];
}

describe('events in a real API server', () => {
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
  const written = async () =>
    (await runtime.client.request({
      method: 'GET',
      path: '/apis/events.k8s.io/v1/namespaces/default/events',
    })) as Written;

  it('repetitions become one series; another note is another event', async () => {
    const recorder = createEventRecorder({
      ...runtime,
      reporter: { controller: 'parley.dev/operator', instance: 'operator-0' },
      clock: systemClock,
      limits: { repeatMs: 200 },
    });
    const regarding = { apiVersion: 'parley.dev/v1alpha1', kind: 'Meeting', name: 'standup', namespace: 'default' };
    const event = { regarding, type: 'Normal', reason: 'Placed', action: 'Place', note: 'placed on node-a' } as const;
    for (let n = 0; n < 5; n++) recorder.record(event);
    recorder.record({ ...event, note: 'placed on node-b' });
    await vi.waitFor(async () => expect((await written()).items).toHaveLength(2), { timeout: 5_000 });
    recorder.record(event);
    await vi.waitFor(
      async () => {
        const counts = (await written()).items.map(({ note, series }) => [note, series?.count ?? 1]).sort();
        expect(counts).toEqual([
          ['placed on node-a', 6],
          ['placed on node-b', 1],
        ]);
      },
      { timeout: 5_000 },
    );
    await recorder.close();
  });

  it('what is queued at the end is still written', async () => {
    const recorder = createEventRecorder({
      ...runtime,
      reporter: { controller: 'parley.dev/operator', instance: 'operator-0' },
      clock: systemClock,
    });
    const regarding = { apiVersion: 'v1', kind: 'Node', name: 'host-1' };
    recorder.record({ regarding, type: 'Warning', reason: 'HostLost', action: 'Watch', note: 'x'.repeat(5_000) });
    await recorder.close();
    const note = (await written()).items.find(({ reason }) => reason === 'HostLost')?.note;
    expect(note).toMatch(/^x{1021}…$/);
  });
});

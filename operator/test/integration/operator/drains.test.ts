/** Law 2 against a real API server: how a drain goes, what people see of it, and that it outlives whoever leads it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeRequest } from '../../../src/kube/kube-client.js';
import { eventually, type KubeJson } from './cluster-client.js';
import { createMortalClient } from './mortal-client.js';
import { createTestBed, paths, PODS, type TestBed } from './test-bed.js';

type Marks = Readonly<Record<string, string>>;
const ask = { metadata: { annotations: { 'parley.dev/drain': 'true' } } };
const noMore = { metadata: { annotations: { 'parley.dev/drain': null } } };

/** What the pod says of its drain. */
const drainOn = async (bed: TestBed, name: string): Promise<Marks> => {
  const pod = await bed.cluster.get(paths.pod(name));
  const marks = { ...(pod?.metadata['labels'] as Marks), ...(pod?.metadata['annotations'] as Marks) };
  const own = Object.entries(marks).filter(([key]) => key.startsWith('parley.dev/drain-'));
  return Object.fromEntries(own.map(([key, value]) => [key.slice('parley.dev/drain-'.length), value]));
};
const secondsBetween = (from: string | undefined, to: string | undefined): number =>
  (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000;
const nodeStatus = async (bed: TestBed, pool: string, node: string): Promise<unknown> =>
  ((await bed.pool(pool)).status?.['nodes'] as { name: string }[]).find(({ name }) => name === node);
const eventReasons = async (bed: TestBed): Promise<string[]> =>
  (await bed.cluster.list('/apis/events.k8s.io/v1/namespaces/default/events')).map((event) => String(event['reason']));
const liveNames = async (bed: TestBed): Promise<string[]> =>
  (await bed.cluster.list(PODS))
    .filter(({ metadata }) => metadata['deletionTimestamp'] === undefined)
    .map(({ metadata }) => metadata.name);

/** A meeting with three people on the pool's first node. */
async function busyMeeting(bed: TestBed, name: string, node: string): Promise<string> {
  const { id } = await bed.createMeeting(name, { pools: [{ name: node.slice(0, node.lastIndexOf('-')) }] });
  await eventually(async () => expect((await bed.meeting(name)).status?.['phase']).toBe('Placed'));
  bed.nodes.get(node)!.setParticipants(id, 3);
  await eventually(async () => expect((await bed.meeting(name)).status?.['phase']).toBe('Active'));
  return id;
}

describe('a drain', () => {
  let bed: TestBed;
  beforeAll(async () => {
    bed = await createTestBed();
    for (const host of ['host-a', 'host-b']) await bed.createHost(host);
    bed.startOperator();
  });
  afterAll(() => bed.close());

  test('waits, migrates, and is seen on the pod and in the status; taken back, nothing of it is left', async () => {
    await bed.createPool('seen', { region: 'eu', drain: { waitSeconds: 3 } });
    await bed.runPod('seen-0');
    const meeting = await busyMeeting(bed, 'seen', 'seen-0');
    await bed.cluster.merge(paths.pod('seen-0'), ask);
    const marks = await eventually(async () => {
      const seen = await drainOn(bed, 'seen-0');
      expect(seen).toMatchObject({ phase: 'Draining', reason: 'DrainRequested' });
      return seen;
    });
    expect(secondsBetween(marks['since'], marks['deadline'])).toBe(600);
    await eventually(async () =>
      expect(await nodeStatus(bed, 'seen', 'seen-0')).toMatchObject({
        phase: 'Draining',
        drain: { reason: 'DrainRequested', since: marks['since'], deadline: marks['deadline'] },
      }),
    );
    // Nobody is moved before the wait is over, though there is room.
    await bed.runPod('seen-1');
    expect(
      bed.nodes
        .get('seen-0')!
        .topologies.get(meeting)
        ?.placements.map(({ draining }) => draining),
    ).toEqual([false]);
    await eventually(async () => expect(await drainOn(bed, 'seen-0')).toMatchObject({ ...marks, phase: 'Migrating' }));
    await eventually(() =>
      expect(
        bed.nodes
          .get('seen-0')!
          .topologies.get(meeting)
          ?.placements.map(({ node, draining }) => [node, draining]),
      ).toEqual([
        ['seen-0', true],
        ['seen-1', false],
      ]),
    );
    await bed.cluster.merge(paths.pod('seen-0'), noMore);
    await eventually(async () => expect(await drainOn(bed, 'seen-0')).toEqual({}));
    await eventually(() => {
      const kept = bed.nodes.get('seen-0')!.topologies.get(meeting)?.placements ?? [];
      expect(kept.find(({ node }) => node === 'seen-0')?.draining).toBe(false);
    });
    await eventually(async () =>
      expect(await nodeStatus(bed, 'seen', 'seen-0')).toEqual(
        expect.not.objectContaining({ drain: expect.anything() as unknown }),
      ),
    );
  }, 60_000);

  test('has whoever is left reconnect at its deadline; the node goes, even if it no longer answers', async () => {
    const drain = { deadlineSeconds: 15, waitSeconds: 0 };
    for (const name of ['late', 'hung']) {
      await bed.createPool(name, { region: 'eu', drain });
      await bed.runPod(`${name}-0`);
    }
    const meeting = await busyMeeting(bed, 'late', 'late-0');
    await busyMeeting(bed, 'hung', 'hung-0');
    for (const name of ['late-0', 'hung-0']) await bed.cluster.merge(paths.pod(name), ask);
    for (const name of ['late-0', 'hung-0'])
      await eventually(async () => expect(await drainOn(bed, name)).toHaveProperty('phase', 'Migrating'));
    const deadlineMs = Date.parse((await drainOn(bed, 'late-0'))['deadline'] ?? '');
    const hungDeadlineMs = Date.parse((await drainOn(bed, 'hung-0'))['deadline'] ?? '');
    bed.nodes.get('hung-0')!.hang();
    // No other node has come up: nobody has anywhere to go.
    await eventually(() => expect(bed.nodes.get('late-0')!.topologies.has(meeting)).toBe(false), 20_000);
    expect(Date.now()).toBeGreaterThanOrEqual(deadlineMs);
    await eventually(async () => expect(await eventReasons(bed)).toContain('DrainDeadlineExceeded'));
    await eventually(async () => expect(await liveNames(bed)).not.toContain('late-0'));

    await eventually(async () => expect(await liveNames(bed)).not.toContain('hung-0'), 10_000);
    expect(Date.now()).toBeGreaterThanOrEqual(hungDeadlineMs + 5_000);
    const hung = await bed.cluster.get(paths.pod('hung-0'));
    expect(hung?.metadata['deletionGracePeriodSeconds']).toBe(10);
  }, 60_000);

  test('begins when the host is cordoned, hurries when it is taken away, and ends when it is there to stay', async () => {
    await bed.createPool('hosted', { region: 'eu', drain: { waitSeconds: 0 } });
    await bed.runPod('hosted-0', { host: 'host-b' });
    await busyMeeting(bed, 'hosted', 'hosted-0');
    const host = '/api/v1/nodes/host-b';
    await bed.cluster.merge(host, { spec: { unschedulable: true } });
    const cordoned = await eventually(async () => {
      const marks = await drainOn(bed, 'hosted-0');
      expect(marks).toMatchObject({ reason: 'HostUnschedulable' });
      return marks;
    });
    expect(secondsBetween(cordoned['since'], cordoned['deadline'])).toBe(600);
    await eventually(async () => expect(await liveNames(bed)).toContain('hosted-1'));
    const taint = { key: 'aws-node-termination-handler/spot-itn', value: 'x', effect: 'NoSchedule' };
    await bed.cluster.merge(host, { spec: { taints: [taint] } });
    await eventually(async () => {
      const marks = await drainOn(bed, 'hosted-0');
      expect(marks).toMatchObject({ reason: 'HostTainted', since: cordoned['since'] });
      expect(secondsBetween(new Date().toISOString(), marks['deadline'])).toBeLessThanOrEqual(100);
    });
    await bed.cluster.merge(host, { spec: { taints: null, unschedulable: null } });
    await eventually(async () => expect(await drainOn(bed, 'hosted-0')).toEqual({}));
  }, 60_000);

  test('of a deleted pod has its grace period, and moves people as any other does', async () => {
    await bed.createPool('deleted', {
      region: 'eu',
      replicas: 2,
      drain: { waitSeconds: 0 },
      template: { terminationGracePeriodSeconds: 120 },
    });
    for (const name of ['deleted-0', 'deleted-1']) await bed.runPod(name);
    const { id } = await bed.createMeeting('deleted', { pools: [{ name: 'deleted' }] });
    await eventually(async () => expect((await bed.meeting('deleted')).status?.['phase']).toBe('Placed'));
    const [node] = (await bed.meeting('deleted')).status?.['nodes'] as [string];
    bed.nodes.get(node)!.setParticipants(id, 3);
    await eventually(async () => expect((await bed.meeting('deleted')).status?.['phase']).toBe('Active'));
    const askedMs = Date.now();
    await bed.cluster.delete(paths.pod(node));
    const shown = await eventually(async () => {
      const seen = await nodeStatus(bed, 'deleted', node);
      expect(seen).toMatchObject({ phase: 'Migrating', drain: { reason: 'PodDeleted' } });
      return seen as { drain: { deadline: string } };
    });
    expect(Date.parse(shown.drain.deadline) - askedMs).toBeLessThanOrEqual(107_000);
    await eventually(() =>
      expect(
        bed.nodes
          .get(node)!
          .topologies.get(id)
          ?.placements.find((one) => one.node === node)?.draining,
      ).toBe(true),
    );
  }, 60_000);
});

describe('a drain whose operators are killed', () => {
  const leaseTiming = { leaseMs: 1_500, renewDeadlineMs: 1_000, retryMs: 100 };
  let bed: TestBed;
  beforeAll(async () => {
    bed = await createTestBed();
    await bed.createHost('host-a');
  });
  afterAll(() => bed.close());

  const writes = (phase: string) => (request: KubeRequest) =>
    request.method === 'PATCH' &&
    request.path.endsWith('/pods/eu-0') &&
    JSON.stringify(request.body).includes(`"parley.dev/drain-phase":"${phase}"`);
  const steps: readonly (readonly [string, (request: KubeRequest) => boolean])[] = [
    ['the replacement is made', ({ method, path }) => method === 'POST' && path.endsWith('/pods')],
    ['the drain is written', writes('Draining')],
    ['the wait is over', writes('Migrating')],
    [
      'the meeting has its new node',
      ({ method, path, body }) =>
        method === 'PATCH' && path.endsWith('/meetings/busy/status') && JSON.stringify(body).includes('"eu-1"'),
    ],
    ['the pod is deleted', ({ method, path }) => method === 'DELETE' && path.endsWith('/pods/eu-0')],
  ];

  test('is completed all the same, with the begin and deadline that its first leader gave it: at each step one dies before it, and one after it', async () => {
    let replica = 0;
    const start = (fate: Parameters<typeof createMortalClient>[0]) => {
      replica += 1;
      const mortal = createMortalClient(fate);
      const operator = bed.startOperator({ podName: `operator-${replica}`, leaseTiming, wrapClient: mortal.wrap });
      return { mortal, operator };
    };
    const first = start(() => undefined);
    await bed.createPool('eu', { region: 'eu', drain: { waitSeconds: 1 } });
    await bed.runPod('eu-0');
    const meeting = await busyMeeting(bed, 'busy', 'eu-0');
    await first.operator.close();

    await bed.cluster.merge(paths.pod('eu-0'), ask);
    const marks: Marks[] = [];
    const deaths: string[] = [];
    let running: Promise<unknown> = Promise.resolve();
    for (const [what, isStep] of steps) {
      for (const when of ['Before', 'After'] as const) {
        const { mortal, operator } = start((request) => (isStep(request) ? when : undefined));
        // What the rest of the world does meanwhile.
        if (what === 'the drain is written' && when === 'Before') running = bed.runPod('eu-1');
        if (what === 'the pod is deleted' && when === 'Before') {
          await running;
          await eventually(
            () =>
              expect(
                bed.nodes
                  .get('eu-0')!
                  .topologies.get(meeting)
                  ?.placements.find(({ node }) => node === 'eu-0')?.draining,
              ).toBe(true),
            20_000,
          );
          bed.nodes.get('eu-1')!.setParticipants(meeting, 3);
          bed.nodes.get('eu-0')!.setParticipants(meeting, 0);
        }
        // The step may be one that has been taken already.
        const isOver = async (): Promise<boolean> => mortal.isDead || (when === 'After' && (await isTaken(what)));
        await eventually(async () => expect(await isOver(), `${when} ${what}`).toBe(true), 25_000);
        if (mortal.isDead) deaths.push(`${when} ${what}`);
        await operator.close();
        const now = await drainOn(bed, 'eu-0');
        if (now['since'] !== undefined) marks.push(now);
      }
    }
    const last = start(() => undefined);
    await eventually(async () => expect(await liveNames(bed)).toEqual(['eu-1']), 20_000);
    await eventually(async () => expect((await bed.meeting('busy')).status).toMatchObject({ nodes: ['eu-1'] }));
    await last.operator.close();
    expect(deaths.filter((death) => death.startsWith('Before'))).toHaveLength(steps.length);
    expect(new Set(marks.map(({ since }) => since)).size).toBe(1);
    expect(new Set(marks.map(({ deadline }) => deadline)).size).toBe(1);
  }, 240_000);

  const isTaken = async (what: string): Promise<boolean> => {
    const pod: KubeJson | undefined = await bed.cluster.get(paths.pod('eu-0'));
    return what === 'the pod is deleted' && pod?.metadata['deletionTimestamp'] !== undefined;
  };
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './cluster-client.js';
import { createTestBed, paths, PODS, type TestBed } from './test-bed.js';

describe('pools through their life', () => {
  let bed: TestBed;
  beforeAll(async () => {
    bed = await createTestBed();
    await bed.createHost('host-a');
    bed.startOperator();
  });
  afterAll(() => bed.close());

  const condition = async (pool: string, type: string): Promise<Record<string, unknown>> => {
    const conditions = (await bed.pool(pool)).status?.['conditions'] as Record<string, unknown>[] | undefined;
    return conditions?.find((entry) => entry['type'] === type) ?? {};
  };
  const podNames = async (): Promise<string[]> =>
    (await bed.cluster.list(PODS))
      .filter(({ metadata }) => metadata['deletionTimestamp'] === undefined)
      .map(({ metadata }) => metadata.name);
  const ready = (pool: string, count: number) =>
    eventually(async () => expect((await bed.pool(pool)).status).toMatchObject({ readyReplicas: count }));

  test('law 2: a smaller pool waits until nobody is on a node, and says so', async () => {
    await bed.createPool('eu', { region: 'eu', replicas: 2 });
    for (const name of ['eu-0', 'eu-1']) await bed.runPod(name);
    await ready('eu', 2);
    const { id: busy } = await bed.createMeeting('busy');
    const { id: other } = await bed.createMeeting('other');
    for (const name of ['busy', 'other'])
      await eventually(async () => expect((await bed.meeting(name)).status?.['phase']).toBe('Placed'));
    bed.nodes.get('eu-0')!.setParticipants(busy, 3);
    bed.nodes.get('eu-1')!.setParticipants(other, 1);
    await eventually(async () => expect((await bed.meeting('busy')).status?.['phase']).not.toBe('Pending'));
    await new Promise((resolve) => setTimeout(resolve, 600));

    await bed.cluster.merge(paths.pool('eu'), { spec: { replicas: 1 } });
    await eventually(async () =>
      expect(await condition('eu', 'Progressing')).toMatchObject({ status: 'True', reason: 'WaitingForEmptyNode' }),
    );
    await new Promise((resolve) => setTimeout(resolve, 6_500));
    expect(await podNames()).toEqual(['eu-0', 'eu-1']);

    bed.nodes.get('eu-1')!.setParticipants(other, 0);
    await eventually(async () => expect(await podNames()).toEqual(['eu-0']), 20_000);
    await bed.cluster.delete(`${paths.pod('eu-1')}?gracePeriodSeconds=0`).catch(() => undefined);
    await bed.nodes.get('eu-1')?.close();
    await eventually(async () => expect(await condition('eu', 'Progressing')).toMatchObject({ reason: 'Settled' }));
  }, 60_000);

  test('a changed template is taken over once a node is empty', async () => {
    const before = await bed.cluster.get(paths.pod('eu-0'));
    await bed.cluster.merge(paths.pool('eu'), { spec: { template: { labels: { flavour: 'new' } } } });
    await eventually(async () => expect((await bed.pool('eu')).status).toMatchObject({ observedGeneration: 3 }));
    expect(await podNames()).toEqual(['eu-0']);
    const [[id]] = [...bed.nodes.get('eu-0')!.topologies.keys()].map((key) => [key]) as [[string]];
    for (const meeting of bed.nodes.get('eu-0')!.topologies.keys()) bed.nodes.get('eu-0')!.setParticipants(meeting, 0);
    expect(id).toBeDefined();
    await eventually(async () => {
      const pod = await bed.cluster.get(paths.pod('eu-0'));
      expect(pod?.metadata['deletionTimestamp']).toBeDefined();
    }, 20_000);
    await bed.cluster.delete(`${paths.pod('eu-0')}?gracePeriodSeconds=0`);
    await bed.nodes.get('eu-0')?.close();
    const made = await eventually(async () => {
      const pods = await bed.cluster.list(PODS);
      expect(pods.filter(({ metadata }) => metadata['deletionTimestamp'] === undefined)).toHaveLength(1);
      return pods[0]!;
    });
    expect(made.metadata.uid).not.toBe(before?.metadata.uid);
    expect(made.metadata['labels']).toMatchObject({ flavour: 'new' });
    await bed.runPod(made.metadata.name);
    await ready('eu', 1);
    await eventually(async () =>
      expect((await bed.meeting('busy')).status).toMatchObject({ nodes: [made.metadata.name] }),
    );
  }, 60_000);

  test('a pod that the API server refuses is seen in the status, and made once it may be', async () => {
    await bed.createPool('quoted', { region: 'eu', template: { priorityClassName: 'missing' } });
    await eventually(async () =>
      expect(await condition('quoted', 'Ready')).toMatchObject({
        status: 'False',
        reason: 'PodRefused',
        message: expect.stringContaining('missing') as string,
      }),
    );
    await bed.cluster.merge(paths.pool('quoted'), { spec: { template: { priorityClassName: null } } });
    await eventually(async () => expect(await podNames()).toContain('quoted-0'));
  });

  test('what is in the way of a pod is seen in the status', async () => {
    await bed.cluster.merge(`${paths.pod('quoted-0')}/status`, {
      status: {
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available' },
        ],
      },
    });
    await eventually(async () =>
      expect(await condition('quoted', 'Ready')).toMatchObject({
        reason: 'NodesUnschedulable',
        message: expect.stringContaining('0/1 nodes are available') as string,
      }),
    );
  });

  test('the address that a host announces is followed', async () => {
    await bed.cluster.merge('/api/v1/nodes/host-a', {
      metadata: { annotations: { 'parley.dev/announced-address': '203.0.113.77' } },
    });
    const [name] = (await bed.meeting('busy')).status?.['nodes'] as [string];
    await eventually(async () => {
      expect((await bed.pool('eu')).status?.['nodes']).toMatchObject([{ announcedAddresses: ['203.0.113.77'] }]);
      const topologies = [...bed.nodes.get(name)!.topologies.values()];
      expect(topologies.every(({ placements }) => placements[0]?.announcedAddresses[0] === '203.0.113.77')).toBe(true);
    });
  });
});

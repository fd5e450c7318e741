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
    await bed.createPool('eu', { region: 'eu', replicas: 2, drain: { waitSeconds: 0 } });
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
      expect(await condition('eu', 'Progressing')).toMatchObject({ status: 'True', reason: 'NodesDraining' }),
    );
    await new Promise((resolve) => setTimeout(resolve, 6_500));
    expect(await podNames()).toEqual(['eu-0', 'eu-1']);

    bed.nodes.get('eu-1')!.setParticipants(other, 0);
    await eventually(async () => expect(await podNames()).toEqual(['eu-0']), 20_000);
    await bed.cluster.delete(`${paths.pod('eu-1')}?gracePeriodSeconds=0`).catch(() => undefined);
    await bed.nodes.get('eu-1')?.close();
    await eventually(async () => expect(await condition('eu', 'Progressing')).toMatchObject({ reason: 'Settled' }));
  }, 60_000);

  test('laws 2 and 3: a changed template makes another node first, asks people to move, and takes the old node when they have', async () => {
    await bed.cluster.merge(paths.pool('eu'), { spec: { template: { labels: { flavour: 'new' } } } });
    await eventually(async () => expect(await podNames()).toEqual(['eu-0', 'eu-1']));
    const made = await bed.cluster.get(paths.pod('eu-1'));
    expect(made?.metadata['labels']).toMatchObject({ flavour: 'new' });
    const old = bed.nodes.get('eu-0')!;
    const { meetingId: busy } = (await bed.meeting('busy')).status as { meetingId: string };
    expect(old.topologies.get(busy)?.placements.map(({ draining }) => draining)).toEqual([false]);
    await bed.runPod('eu-1');
    await eventually(() => {
      const placements = old.topologies.get(busy)?.placements.map(({ node, draining }) => [node, draining]);
      expect(placements).toEqual([
        ['eu-0', true],
        ['eu-1', false],
      ]);
    });
    expect(bed.nodes.get('eu-1')!.topologies.get(busy)).toMatchObject({ epoch: old.topologies.get(busy)?.epoch });

    bed.nodes.get('eu-1')!.setParticipants(busy, 3);
    for (const meeting of old.topologies.keys()) old.setParticipants(meeting, 0);
    await eventually(async () => expect(await podNames()).toEqual(['eu-1']), 20_000);
    await bed.cluster.delete(`${paths.pod('eu-0')}?gracePeriodSeconds=0`).catch(() => undefined);
    await old.close();
    await ready('eu', 1);
    await eventually(async () => expect((await bed.meeting('busy')).status).toMatchObject({ nodes: ['eu-1'] }));
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

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './cluster-client.js';
import { createTestBed, paths, type TestBed } from './test-bed.js';

describe('from a pool and a meeting to people in it', () => {
  let bed: TestBed;
  beforeAll(async () => {
    bed = await createTestBed();
    await bed.createHost('host-a');
    await bed.createHost('host-b', { annotations: { 'parley.dev/announced-address': '203.0.113.9, 2001:db8::9' } });
    bed.startOperator();
  });
  afterAll(() => bed.close());

  test('a pool gets its nodes, with certificates and a disruption budget, and says when they are ready', async () => {
    await bed.createPool('eu', { region: 'eu', replicas: 2 });
    await bed.runPod('eu-0');
    await bed.runPod('eu-1', { host: 'host-b' });
    const { status } = await eventually(async () => {
      const pool = await bed.pool('eu');
      expect(pool.status).toMatchObject({ readyReplicas: 2 });
      return pool;
    });
    expect(status).toMatchObject({
      replicas: 2,
      selector: 'parley.dev/pool=eu',
      observedGeneration: 1,
      nodes: [
        { name: 'eu-0', phase: 'Ready', host: 'host-a', announcedAddresses: ['10.1.0.1'] },
        { name: 'eu-1', phase: 'Ready', host: 'host-b', announcedAddresses: ['203.0.113.9', '2001:db8::9'] },
      ],
    });
    const secret = await eventually(async () => {
      const found = await bed.cluster.get('/api/v1/namespaces/default/secrets/eu-0-tls');
      expect(found).toBeDefined();
      return found;
    });
    expect(Object.keys(secret?.['data'] as object)).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
    const budget = await bed.cluster.get('/apis/policy/v1/namespaces/default/poddisruptionbudgets/eu');
    expect(budget?.spec).toMatchObject({ maxUnavailable: 1 });
  });

  test('a meeting is placed, its node is told, and its status holds what kubectl shows', async () => {
    const { id } = await bed.createMeeting('daily', { title: 'Daily' });
    const meeting = await eventually(async () => {
      const found = await bed.meeting('daily');
      expect(found.status?.['phase']).toBe('Placed');
      return found;
    });
    expect(meeting.status).toMatchObject({
      meetingId: id,
      joinURL: `https://meet.example.com/m/${id}`,
      epoch: 1,
      nodes: [expect.stringMatching(/^eu-/)],
      observedGeneration: 1,
    });
    const [node] = meeting.status?.['nodes'] as [string];
    expect(bed.nodes.get(node)?.topologies.get(id)).toMatchObject({ epoch: 1, settings: { title: 'Daily' } });
  });

  test('deleting it closes it on its node', async () => {
    const { id } = await bed.createMeeting('short');
    const holder = await eventually(() => {
      const node = [...bed.nodes.values()].find(({ topologies }) => topologies.has(id));
      expect(node).toBeDefined();
      return node;
    });
    await bed.cluster.delete(paths.meeting('short'));
    await eventually(() => expect(holder?.topologies.has(id)).toBe(false));
    expect(holder?.applied.at(-1)).toMatchObject({ meetingId: id, state: 3, endReason: 2 });
    expect(await bed.cluster.get(paths.meeting('short'))).toBeUndefined();
  });
});

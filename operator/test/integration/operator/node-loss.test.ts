import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './cluster-client.js';
import { createTestBed, type TestBed } from './test-bed.js';

describe('when nodes are lost', () => {
  let bed: TestBed;
  beforeAll(async () => {
    bed = await createTestBed();
    await bed.createHost('host-a');
    bed.startOperator();
    for (const region of ['eu', 'us']) {
      await bed.createPool(region, { region, replicas: 2 });
      await bed.runPod(`${region}-0`);
      await bed.runPod(`${region}-1`);
    }
    for (const region of ['eu', 'us'])
      await eventually(async () => expect((await bed.pool(region)).status).toMatchObject({ readyReplicas: 2 }));
  });
  afterAll(() => bed.close());

  const nodesOf = async (name: string): Promise<string[]> => {
    const { status } = await bed.meeting(name);
    expect(status?.['phase']).toBe('Placed');
    return (status?.['nodes'] ?? []) as string[];
  };

  test('a meeting over two pools has a node in each, joined by a relay', async () => {
    const { id } = await bed.createMeeting('both', { pools: [{ name: 'eu' }, { name: 'us' }] });
    const nodes = await eventually(async () => {
      const found = await nodesOf('both');
      expect(found).toHaveLength(2);
      return found;
    });
    const { status } = await bed.meeting('both');
    const [first, second] = nodes.toSorted();
    expect(status).toMatchObject({ relays: [{ from: first, to: second, kind: 'Peer' }] });
    for (const node of nodes) expect(bed.nodes.get(node)?.topologies.get(id)).toMatchObject({ epoch: 1 });
  });

  test('one that hangs is lost in 1.5 s, and its meetings are elsewhere in its pool, with a higher epoch', async () => {
    const { id } = await bed.createMeeting('moved', { pools: [{ name: 'eu' }] });
    const [lost] = await eventually(() => nodesOf('moved'));
    const other = lost === 'eu-0' ? 'eu-1' : 'eu-0';
    const hungAt = Date.now();
    bed.nodes.get(lost!)?.hang();
    await eventually(() => expect(bed.nodes.get(other)?.topologies.has(id)).toBe(true));
    const tookMs = Date.now() - hungAt;
    expect(tookMs).toBeGreaterThan(900);
    expect(tookMs).toBeLessThan(8_000);
    await eventually(async () => expect(await nodesOf('moved')).toEqual([other]));
    expect((await bed.meeting('moved')).status).toMatchObject({ epoch: 2 });
    await eventually(async () => {
      const { status } = await bed.pool('eu');
      expect(status).toMatchObject({ readyReplicas: 1 });
      expect(status?.['nodes']).toContainEqual(expect.objectContaining({ name: lost, phase: 'Unreachable' }));
    });
  });

  test('one that ends is lost as soon as it cannot be dialled again', async () => {
    const { id } = await bed.createMeeting('hurried', { pools: [{ name: 'us' }] });
    const [lost] = await eventually(() => nodesOf('hurried'));
    const other = lost === 'us-0' ? 'us-1' : 'us-0';
    const endedAt = Date.now();
    await bed.nodes.get(lost!)?.close();
    await eventually(() => expect(bed.nodes.get(other)?.topologies.has(id)).toBe(true));
    expect(Date.now() - endedAt).toBeLessThan(5_000);
  });

  test('with no node left, meetings stay where they are: their people may still hear each other', async () => {
    const before = await eventually(async () => {
      const nodes = await nodesOf('both');
      expect((await bed.meeting('both')).status?.['conditions']).toContainEqual(
        expect.objectContaining({ type: 'Applied', status: 'True' }),
      );
      return nodes;
    });
    for (const node of ['us-0', 'us-1']) await bed.nodes.get(node)?.close();
    await eventually(async () => expect((await bed.pool('us')).status).toMatchObject({ readyReplicas: 0 }));
    expect(await nodesOf('both')).toEqual(before);
    await eventually(async () =>
      expect((await bed.meeting('both')).status?.['conditions']).toContainEqual(
        expect.objectContaining({ type: 'Applied', status: 'False', reason: 'NodeUnreachable' }),
      ),
    );
  });
});

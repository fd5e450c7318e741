import { EndReason } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Operator } from '../../../src/operator.js';
import { eventually } from './cluster-client.js';
import { createTestBed, paths, type TestBed } from './test-bed.js';

const leaseTiming = { leaseMs: 4_000, renewDeadlineMs: 3_000, retryMs: 300 };

describe('from leader to leader', () => {
  let bed: TestBed;
  let first: Operator;
  let second: Operator;
  beforeAll(async () => {
    bed = await createTestBed();
    await bed.createHost('host-a');
    first = bed.startOperator({ podName: 'operator-0', leaseTiming });
    await bed.createPool('eu', { region: 'eu', replicas: 2 });
    await bed.runPod('eu-0');
    await bed.runPod('eu-1');
    await eventually(async () => expect((await bed.pool('eu')).status).toMatchObject({ readyReplicas: 2 }));
  });
  afterAll(() => bed.close());

  test('a standby does nothing, and takes over with what is written and what nodes report', async () => {
    const { id } = await bed.createMeeting('daily');
    await bed.createMeeting('deleted');
    for (const name of ['daily', 'deleted'])
      await eventually(async () => expect((await bed.meeting(name)).status?.['phase']).toBe('Placed'));
    second = bed.startOperator({ podName: 'operator-1', leaseTiming });
    await eventually(() => expect(second.notReadyBecause()).toBeUndefined());
    expect(second.isLeader()).toBe(false);
    for (const node of bed.nodes.values()) expect(node.watchers).toBe(1);

    const before = await bed.meeting('daily');
    const [holder] = before.status?.['nodes'] as [string];
    const node = bed.nodes.get(holder);
    const toldBefore = node?.applied.filter(({ meetingId }) => meetingId === id);
    await first.close();
    await bed.cluster.delete(paths.meeting('deleted'));
    await eventually(() => expect(second.isLeader()).toBe(true), 20_000);

    // Decided after it.
    const { id: later } = await bed.createMeeting('later');
    await eventually(async () => expect((await bed.meeting('later')).status?.['phase']).toBe('Placed'), 20_000);
    const terms = [...bed.nodes.values()].flatMap(({ topologies }) => topologies.get(later)?.term ?? []);
    expect(terms[0]).toBeGreaterThan(toldBefore?.[0]?.term ?? Number.POSITIVE_INFINITY);
    expect(node?.applied.filter(({ meetingId }) => meetingId === id)).toEqual(toldBefore);
    expect((await bed.meeting('daily')).metadata['resourceVersion']).toBe(before.metadata['resourceVersion']);
  }, 60_000);

  test('a meeting that was deleted while nobody led is closed on its nodes', async () => {
    await eventually(() => {
      const ended = [...bed.nodes.values()].flatMap(({ applied }) =>
        applied.filter(({ endReason }) => endReason !== EndReason.UNSPECIFIED),
      );
      expect(ended.map(({ endReason }) => endReason)).toEqual([EndReason.DELETED]);
    }, 20_000);
  });

  test('a participant whom the last leader placed and did not write down is not dropped', async () => {
    const { id } = await bed.createMeeting('grown');
    await eventually(async () => expect((await bed.meeting('grown')).status?.['phase']).toBe('Placed'));
    const [home] = (await bed.meeting('grown')).status?.['nodes'] as [string];
    const spill = [...bed.nodes.values()].find(({ name }) => name !== home)!;
    const topology = bed.nodes.get(home)!.topologies.get(id)!;
    await second.close();
    // What the leader had told the other node, right before it went.
    const placement = { ...topology.placements[0]!, node: spill.name };
    await spill.take({ ...topology, epoch: 2, placements: [...topology.placements, placement] });
    spill.setParticipants(id, 1);
    bed.startOperator({ podName: 'operator-2', leaseTiming });
    await eventually(async () => {
      const { status } = await bed.meeting('grown');
      expect(status).toMatchObject({ phase: 'Active', nodes: [home, spill.name], participants: { total: 1 } });
      expect(status?.['epoch']).toBeGreaterThan(2);
    }, 20_000);
    expect(spill.topologies.get(id)?.placements).toHaveLength(2);
  }, 60_000);
});

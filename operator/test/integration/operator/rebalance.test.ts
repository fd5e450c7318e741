import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './cluster-client.js';
import { createTestBed, type TestBed } from './test-bed.js';

let bed: TestBed;
beforeAll(async () => {
  bed = await createTestBed();
  await bed.createHost('host-a');
  bed.startOperator();
});
afterAll(() => bed.close());

test('a node that carries too much is relieved of a meeting, whose people are moved first', async () => {
  await bed.createPool('eu', { region: 'eu', replicas: 2, capacity: { participants: 200, consumers: 10_000 } });
  const crowded = await bed.runPod('eu-0');
  const spec = { expectedParticipants: 1, maxParticipants: 100 };
  const [{ id: large }, { id: small }] = [
    await bed.createMeeting('large', spec),
    await bed.createMeeting('small', spec),
  ];
  await eventually(() => expect([...crowded.topologies.keys()].toSorted()).toEqual([large, small].toSorted()));
  const other = await bed.runPod('eu-1');
  const placements = (): (readonly [string, boolean])[] =>
    (crowded.topologies.get(small)?.placements ?? []).map(({ node, draining }) => [node, draining] as const);

  crowded.setParticipants(large, 80);
  crowded.setParticipants(small, 20);
  crowded.setWorkerCpu(0.95);
  await eventually(
    () =>
      expect(placements()).toEqual([
        ['eu-0', true],
        ['eu-1', false],
      ]),
    15_000,
  );
  expect(crowded.topologies.get(large)?.placements.map(({ node, draining }) => [node, draining])).toEqual([
    ['eu-0', false],
  ]);

  // As signaling does: they are there before they leave.
  other.setParticipants(small, 20);
  crowded.setParticipants(small, 0);
  crowded.setWorkerCpu(0.75);
  await eventually(
    () => expect(other.topologies.get(small)?.placements.map(({ node }) => node)).toEqual(['eu-1']),
    15_000,
  );
  await eventually(async () => {
    const events = await bed.cluster.list('/apis/events.k8s.io/v1/namespaces/default/events');
    const reasons = events
      .filter((event) => (event['regarding'] as { name: string }).name === 'small')
      .map((event) => event['reason']);
    expect(reasons).toEqual(expect.arrayContaining(['RelievesNode', 'Relieving', 'Relieved']));
  }, 15_000);
}, 90_000);

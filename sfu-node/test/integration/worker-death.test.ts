/** A worker's death disturbs only its own rooms: they are rebuilt in a new generation, and the process lives. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startTestMeeting, type TestMeeting } from './support/test-meeting.js';
import { startTestNode, type TestNode } from './support/test-node.js';
import { until } from './support/until.js';

let node: TestNode;
const meetings: TestMeeting[] = [];

beforeAll(async () => {
  node = await startTestNode({ workers: 2 });
});
afterEach(() => {
  for (const meeting of meetings.splice(0)) meeting.close();
});
afterAll(() => node.close());

async function aBusyMeeting(): Promise<TestMeeting> {
  const meeting = await startTestMeeting(node);
  meetings.push(meeting);
  await meeting.watch().wait('snapshot');
  await meeting.join('ann');
  await meeting.join('bob');
  await meeting.produceCamera('ann', `${meeting.meetingId}-camera`);
  await meeting.consume('bob', `${meeting.meetingId}-camera`);
  return meeting;
}
const workerOf = async (meeting: TestMeeting): Promise<number> =>
  (await node.node.rooms.require(meeting.meetingId).media()).live.index;

it('spreads rooms that come at the same time over the workers', async () => {
  const many = await Promise.all(Array.from({ length: 20 }, () => startTestMeeting(node)));
  const before = node.node.pool.live.map(({ rooms }) => rooms);
  await Promise.all(many.map((meeting) => meeting.join('ann')));
  expect(node.node.pool.live.map(({ rooms }, index) => rooms - (before[index] ?? 0))).toEqual([10, 10]);
  for (const meeting of many) await meeting.apply({ epoch: 2, placements: [] });
});

it("rebuilds the dead worker's rooms, with their people, and leaves the others alone", async () => {
  const hit = await aBusyMeeting();
  const spared = await aBusyMeeting();
  expect(await workerOf(hit)).not.toBe(await workerOf(spared));
  const hitEvents = hit.watch('s2');
  const sparedEvents = spared.watch('s2');
  await Promise.all([hitEvents.wait('snapshot'), sparedEvents.wait('snapshot')]);
  const before = await spared.join('bob');

  const index = await workerOf(hit);
  const doomed = node.node.pool.live.find((live) => live.index === index)!;
  const port = (await doomed.webRtcServer.dump()).udpSockets[0]?.port;
  process.kill(doomed.worker.pid, 'SIGKILL');

  await hitEvents.wait('mediaReset', ({ reason }) => reason === 'WorkerDied');
  const reset = hitEvents.events.find(({ event }) => event.case === 'mediaReset');
  expect(reset?.generation).toBe(2);
  await hitEvents.wait('producerRemoved', ({ producerId }) => producerId === `${hit.meetingId}-camera`);

  // Who was in the meeting still is, and comes back to new transports.
  await expect(hit.consume('bob', `${hit.meetingId}-camera`)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  const again = await hit.join('bob');
  expect(again).toMatchObject({ attached: false, generation: 2 });
  expect(again.snapshot?.participants.map(({ id }) => id)).toEqual(['ann', 'bob']);
  await hit.join('ann', { fresh: true });
  await hit.produceCamera('ann', `${hit.meetingId}-camera`);
  const { results } = await hit.consume('bob', `${hit.meetingId}-camera`);
  expect(results[0]?.outcome.case).toBe('consumer');

  // The other room noticed nothing.
  expect(sparedEvents.events.map(({ event }) => event.case)).toEqual(['snapshot']);
  const after = await spared.join('bob');
  expect(after).toMatchObject({ attached: true, generation: 1, receive: { id: before.receive?.id } });
  expect(after.consumers).toHaveLength(1);

  // The worker is replaced, and what it held is counted out.
  await until('two workers live', () => node.node.pool.live.length === 2);
  const replaced = node.node.pool.live.find((live) => live.index === index)!;
  expect(replaced.worker.pid).not.toBe(doomed.worker.pid);
  expect(port).toBeGreaterThan(0);
  expect([doomed.rooms, doomed.consumers, doomed.transports.size]).toEqual([0, 0, 0]);
  const usage = node.node.rooms.require(hit.meetingId).services.usage;
  expect(usage).toEqual({ participants: 4, producers: 2, consumers: 2 });
  expect(await node.registry.getSingleMetricAsString('parley_node_worker_deaths_total')).toMatch(/_total 1$/);
  expect(await node.registry.getSingleMetricAsString('parley_node_room_rebuilds_total')).toMatch(/_total 1$/);
});

it('waits for a worker when all are dead', async () => {
  const meeting = await aBusyMeeting();
  for (const { worker } of node.node.pool.live) process.kill(worker.pid, 'SIGKILL');
  await until('both are seen dead', () => node.node.pool.live.length < 2);
  await until('ann is back', () =>
    meeting.join('ann', { fresh: true }).then(
      ({ generation }) => generation === 2,
      () => false,
    ),
  );
});

it('a worker comes back at its own port', async () => {
  const fixed = await startTestNode({ name: 'node-fixed', workers: 1, rtcPort: 43_210 });
  try {
    for (let death = 0; death < 2; death += 1) {
      const [live] = fixed.node.pool.live;
      expect((await live!.webRtcServer.dump()).udpSockets).toEqual([{ ip: '127.0.0.1', port: 43_210 }]);
      process.kill(live!.worker.pid, 'SIGKILL');
      await until('another lives', () => {
        const [now] = fixed.node.pool.live;
        return now !== undefined && now !== live;
      });
    }
  } finally {
    await fixed.close();
  }
});

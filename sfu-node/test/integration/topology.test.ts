import { EndReason, MeetingState } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestMeeting } from './support/test-meeting.js';
import { lively, soon, startTestNode, type TestNode } from './support/test-node.js';
import { watchRoom } from './support/room-stream.js';
import { aTopology, type TopologyInit } from './support/topologies.js';
import { until } from './support/until.js';

let node: TestNode;
beforeAll(async () => {
  node = await startTestNode({ limits: { rooms: 8 } });
});
afterAll(() => node.close());

it('refuses everything of a meeting that has no topology here', async () => {
  const stream = watchRoom(node.media, 'nowhere');
  expect(await stream.ended).toMatchObject({ code: 'FAILED_PRECONDITION' });
  await expect(
    node.media.join({ meetingId: 'nowhere', signalingId: 's1', participant: { id: 'ann' } }, soon),
  ).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
});

it('law 3: keeps the same, takes a newer, refuses an older, whichever leader sends it', async () => {
  const meeting = await startTestMeeting(node, { term: 2, epoch: 5 });
  await meeting.apply({ term: 2, epoch: 5 });
  await meeting.apply({ term: 2, epoch: 6 });
  await expect(meeting.apply({ term: 2, epoch: 5 })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  await expect(meeting.apply({ term: 1, epoch: 99 })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  await meeting.apply({ term: 3, epoch: 1 });
});

it('law 3: takes nothing from a leader before the one that watches it, whatever it says, and goes on with the later one', async () => {
  const own = await startTestNode();
  const apply = async (topology: TopologyInit, leaderTerm: number): Promise<unknown> =>
    own.control.applyTopology({ topology: aTopology(topology), leaderTerm }, soon);
  try {
    await apply({ meetingId: 'known', term: 4 }, 4);
    const watch = own.control.watchLoad({ intervalMs: 200, leaderTerm: 6 }, lively)[Symbol.asyncIterator]();
    await watch.next();
    await watch.return?.();
    const stale = { code: 'FAILED_PRECONDITION' };
    await expect(apply({ meetingId: 'known', term: 4, epoch: 2 }, 4)).rejects.toMatchObject(stale);
    await expect(apply({ meetingId: 'new', term: 5 }, 5)).rejects.toMatchObject(stale);
    // From an operator that does not say who leads.
    await expect(apply({ meetingId: 'new', term: 5 }, 0)).rejects.toMatchObject(stale);
    expect(own.node.rooms.rooms.get('known')?.topology.epoch).toBe(1);
    await apply({ meetingId: 'known', term: 6, epoch: 2 }, 6);
    await apply({ meetingId: 'new', term: 7 }, 0);
    expect([...own.node.rooms.rooms.keys()]).toEqual(['known', 'new']);
  } finally {
    await own.close();
  }
});

it.each([
  ['ended by its host', { state: MeetingState.ENDED, endReason: EndReason.ENDED_BY_HOST }, 'ENDED_BY_HOST'],
  ['deleted', { state: MeetingState.ENDED, endReason: EndReason.DELETED }, 'DELETED'],
  ['expired', { state: MeetingState.ENDED, endReason: EndReason.EXPIRED }, 'EXPIRED'],
  ['placed elsewhere', { placements: [{ node: 'node-b' }] }, 'Moved'],
])(
  'a meeting that is %s closes with the reason, frees all, and stays closed to late topologies',
  async (_, change, reason) => {
    const meeting = await startTestMeeting(node);
    const stream = meeting.watch();
    await meeting.join('ann');
    await meeting.produceCamera('ann', 'camera');
    await meeting.consume('ann', 'camera');
    await meeting.apply({ epoch: 2, ...change });
    expect(await stream.wait('closed')).toMatchObject({ reason });
    expect(await stream.ended).toBeUndefined();
    await expect(meeting.apply()).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    await expect(meeting.join('ann')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    await meeting.leave('ann');
    expect(node.node.pool.live[0]?.transports.size).toBe(0);
    await until('the worker has no router of it', async () => {
      const routers = (await node.node.pool.live[0]?.worker.dump())?.routerIds.length;
      return routers === node.node.pool.live[0]?.rooms;
    });
    await meeting.apply({ epoch: 3 });
    expect(node.node.rooms.rooms.has(meeting.meetingId)).toBe(true);
  },
);

it('law 6: refuses more meetings than the limit', async () => {
  const apply = (index: number): Promise<unknown> =>
    node.control.applyTopology({ topology: aTopology({ meetingId: `many-${index}` }) }, soon);
  const results = await Promise.allSettled(Array.from({ length: 9 }, (_, index) => apply(index)));
  const refused = results.filter((result) => result.status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  expect(node.node.rooms.rooms.size).toBe(8);
  for (const { reason } of refused) expect(reason).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
});

it('a node that stops tells watchers that it is gone, not that the meeting ended', async () => {
  const doomed = await startTestNode({ name: 'node-doomed' });
  const meeting = await startTestMeeting(doomed);
  const stream = meeting.watch();
  await stream.wait('snapshot');
  await meeting.join('ann');
  const pids = doomed.node.pool.live.map(({ worker }) => worker.pid);
  await doomed.node.close();
  expect(await stream.ended).toMatchObject({ code: 'UNAVAILABLE' });
  expect(stream.events.some(({ event }) => event.case === 'closed')).toBe(false);
  await until('its workers are gone', () => pids.every((pid) => !isAlive(pid)));
  await doomed.close();
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

import { EndReason, MeetingState } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { LoadReport } from '@parley/proto/gen/parley/v1/node_pb.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestMeeting } from './support/test-meeting.js';
import { aTopology } from './support/topologies.js';
import { lively, soon, startTestNode, type TestNode } from './support/test-node.js';

let node: TestNode;
beforeAll(async () => {
  node = await startTestNode({ limits: { participants: 40, consumers: 300 } });
});
afterAll(() => node.close());

it('describes itself, with an instance id that the load stream repeats', async () => {
  const description = await node.control.describe({}, soon);
  expect(description).toMatchObject({
    node: 'node-a',
    workers: 1,
    version: 'test',
    capacity: { participants: 40, consumers: 300 },
  });
  for await (const report of node.control.watchLoad({ intervalMs: 200 }, lively)) {
    expect(report.instanceId).toBe(description.instanceId);
    break;
  }
});

it('reports every meeting at first, then only what changed, then that it closed', async () => {
  const meeting = await startTestMeeting(node);
  const quiet = await startTestMeeting(node);
  await meeting.join('ann');
  const reports: LoadReport[] = [];
  const abort = new AbortController();
  const stream = node.control
    .watchLoad({ intervalMs: 400 }, { ...lively, signal: abort.signal })
    [Symbol.asyncIterator]();
  /** The meetings that are told of, each as it was told last, until the whole node is as expected. */
  const toldUntil = async (asExpected: (report: LoadReport) => boolean): Promise<readonly object[]> => {
    const told = new Map<string, object>();
    for (;;) {
      const report = (await stream.next()).value as LoadReport;
      reports.push(report);
      for (const { meetingId, epoch, participants, closed } of report.meetings)
        told.set(meetingId, { meetingId, epoch, participants, closed });
      if (asExpected(report)) return [...told.values()];
    }
  };
  const id = meeting.meetingId;

  expect(await toldUntil(() => true)).toEqual([
    { meetingId: id, epoch: 1, participants: 1, closed: false },
    { meetingId: quiet.meetingId, epoch: 1, participants: 0, closed: false },
  ]);

  await meeting.join('bob');
  await meeting.produceCamera('ann', 'camera');
  await meeting.consume('bob', 'camera');
  const whole = { rooms: 2, participants: 2, producers: 1, consumers: 1, transports: 4, relays: 0 };
  expect(await toldUntil(({ consumers }) => consumers === 1)).toEqual([
    { meetingId: id, epoch: 1, participants: 2, closed: false },
  ]);
  expect(reports.at(-1)).toMatchObject(whole);

  expect(await toldUntil(() => true)).toEqual([]);
  const calm = reports.at(-1);
  expect(calm).toMatchObject(whole);
  expect(calm?.workerCpuMax).toBeGreaterThanOrEqual(calm?.workerCpuMean ?? 1);
  expect(calm?.eventLoopLagMs).toBeLessThan(400);

  await meeting.apply({ epoch: 2, state: MeetingState.ENDED, endReason: EndReason.DELETED });
  expect(await toldUntil(({ rooms }) => rooms === 1)).toEqual([
    { meetingId: id, epoch: 2, participants: 0, closed: true },
  ]);
  expect(reports.at(-1)).toMatchObject({ rooms: 1, participants: 0, producers: 0, consumers: 0, transports: 0 });
  expect(reports.map(({ sequence }) => sequence)).toEqual(reports.map((_, index) => index + 1));
  abort.abort();
});

it('reports the fingerprint of what it holds, and of nothing else', async () => {
  const apply = async (epoch: number, fingerprint: string): Promise<unknown> =>
    node.control.applyTopology({ topology: aTopology({ meetingId: 'marked', epoch }), fingerprint }, soon);
  const reported = async (): Promise<string | undefined> => {
    for await (const { meetings } of node.control.watchLoad({ intervalMs: 200 }, lively))
      return meetings.find(({ meetingId }) => meetingId === 'marked')?.fingerprint;
    return undefined;
  };
  await apply(2, 'second');
  expect(await reported()).toBe('second');
  await expect(apply(1, 'first')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  expect(await reported()).toBe('second');
  await apply(3, 'third');
  expect(await reported()).toBe('third');
  await expect(apply(4, 'x'.repeat(101))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

it.each([100, 10_000])('refuses an interval of %d ms', async (intervalMs) => {
  const read = async (): Promise<void> => {
    for await (const _ of node.control.watchLoad({ intervalMs }, lively)) return;
  };
  await expect(read()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

it('exports metrics with help, without labels of meetings or people', async () => {
  const metrics = await node.registry.getMetricsAsJSON();
  const names = metrics.map(({ name }) => name);
  for (const name of [
    'rooms',
    'participants',
    'producers',
    'consumers',
    'transports',
    'relays',
    'workers',
    'worker_deaths_total',
    'worker_cpu_ratio',
    'rpc_duration_seconds',
    'admission_refusals_total',
    'event_queue_overflows_total',
  ]) {
    expect(names).toContain(`parley_node_${name}`);
  }
  expect(metrics.every(({ help }) => help.length > 10)).toBe(true);
  expect(await node.registry.metrics()).not.toContain('meeting-');
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startPrometheus, type PrometheusServer } from '@parley/e2e/prometheus/prometheus-server.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type KubeJson } from './cluster-client.js';
import { createTestBed, OWN_NAMESPACE, paths, PODS, type TestBed } from './test-bed.js';

/** Ten people fill a node to 100 %; nothing else is scarce, and nothing slows a change down. */
const anyPool = { region: 'eu', capacity: { participants: 10, consumers: 10_000 } };
const anyScaling = {
  max: 4,
  headroom: { participants: 0 },
  stabilizationSeconds: 0,
  rates: { down: { nodes: 1_000, periodSeconds: 1 } },
};

describe('a pool that scales', () => {
  let bed: TestBed;
  let prometheus: PrometheusServer;
  beforeAll(async () => {
    [bed, prometheus] = await Promise.all([createTestBed(), startPrometheus()]);
    await bed.createHost('host-a');
    bed.startOperator({ config: { prometheusServers: [prometheus.url] } });
  });
  afterAll(async () => {
    await Promise.all([bed.close(), prometheus.close()]);
  });

  const podsOf = async (pool: string): Promise<string[]> =>
    (await bed.cluster.list(PODS))
      .filter(({ metadata }) => metadata.name.startsWith(`${pool}-`) && metadata['deletionTimestamp'] === undefined)
      .map(({ metadata }) => metadata.name);
  const status = async (pool: string): Promise<KubeJson['status']> => (await bed.pool(pool)).status;
  const shows = (pool: string, expected: object): Promise<void> =>
    eventually(async () => expect(await status(pool)).toMatchObject(expected), 25_000);
  const signal = async (pool: string, name: string): Promise<unknown> => {
    const { signals = [] } = ((await status(pool))?.['scaling'] ?? {}) as { signals?: { name: string }[] };
    return signals.find((candidate) => candidate.name === name);
  };
  const eventReasons = async (pool: string): Promise<string[]> =>
    (await bed.cluster.list('/apis/events.k8s.io/v1/namespaces/default/events'))
      .filter((event) => (event['regarding'] as { name: string }).name === pool)
      .map((event) => event['reason'] as string);

  test('on media load: up at once, and down when the time is over, with people moved first', async () => {
    await bed.createPool('load', { ...anyPool, scaling: { ...anyScaling, stabilizationSeconds: 12 } });
    await bed.runPod('load-0');
    await shows('load', { desired: 1, readyReplicas: 1, scaling: { winner: 'MediaLoad' } });
    const { id: first } = await bed.createMeeting('load-first', { pools: [{ name: 'load' }], maxParticipants: 10 });
    await eventually(async () => expect((await bed.meeting('load-first')).status?.['phase']).toBe('Placed'));

    bed.nodes.get('load-0')!.setParticipants(first, 9);
    await shows('load', { desired: 2, scaling: { wish: 2, winner: 'MediaLoad' } });
    expect(await podsOf('load')).toEqual(['load-0', 'load-1']);
    expect(await signal('load', 'MediaLoad')).toMatchObject({ wish: 2, reason: 'LoadMeasured' });
    await eventually(async () => expect(await eventReasons('load')).toContain('ScaledUp'));

    // Someone is on the new node when the load falls.
    await bed.runPod('load-1');
    await shows('load', { readyReplicas: 2 });
    const { id: second } = await bed.createMeeting('load-second', { pools: [{ name: 'load' }], maxParticipants: 10 });
    await eventually(() => expect([...bed.nodes.get('load-1')!.topologies.keys()]).toEqual([second]));
    bed.nodes.get('load-1')!.setParticipants(second, 1);
    bed.nodes.get('load-0')!.setParticipants(first, 3);
    await shows('load', { desired: 2, scaling: { wish: 1, heldBack: { reason: 'Stabilizing' } } });

    await shows('load', { desired: 1, readyReplicas: 1 });
    await eventually(async () => expect(await eventReasons('load')).toContain('ScaledDown'));
    // The node with fewer people goes; the other was made ready for them.
    await eventually(() => {
      const placements = bed.nodes.get('load-1')!.topologies.get(second)?.placements ?? [];
      expect(placements.map(({ node, draining }) => [node, draining])).toEqual([
        ['load-1', true],
        ['load-0', false],
      ]);
    });
    expect(await podsOf('load')).toEqual(['load-0', 'load-1']);
    bed.nodes.get('load-0')!.setParticipants(second, 1);
    bed.nodes.get('load-1')!.setParticipants(second, 0);
    await eventually(async () => expect(await podsOf('load')).toEqual(['load-0']), 25_000);
  }, 120_000);

  test('ahead of a scheduled meeting, for as many as it expects, up to the maximum', async () => {
    await bed.createPool('ahead', { ...anyPool, scaling: { ...anyScaling, startupSeconds: 600 } });
    await bed.createPool('late', { ...anyPool, scaling: { ...anyScaling, startupSeconds: 60 } });
    const start = new Date(Date.now() + 450_000).toISOString().slice(0, 19);
    const meeting = { expectedParticipants: 90, schedule: { start, durationMinutes: 60, timeZone: 'Etc/UTC' } };
    await bed.createMeeting('all-hands', { ...meeting, pools: [{ name: 'ahead' }, { name: 'late' }] });
    await shows('ahead', {
      desired: 4,
      scaling: { wish: 6, winner: 'ScheduledMeetings', heldBack: { reason: 'AtMaximum' } },
    });
    expect(await podsOf('ahead')).toHaveLength(4);
    expect(await signal('ahead', 'ScheduledMeetings')).toMatchObject({
      reason: 'MeetingsAhead',
      message: expect.stringContaining('45 participants still to come to 1 meeting') as string,
    });
    expect(await signal('late', 'ScheduledMeetings')).toMatchObject({ reason: 'NoMeetingsAhead' });
    expect(await podsOf('late')).toHaveLength(1);

    const scheduled = (name: string, expected: object): Promise<void> =>
      eventually(async () => {
        const { conditions = [] } = ((await bed.meeting(name)).status ?? {}) as { conditions?: { type: string }[] };
        expect(conditions.find(({ type }) => type === 'Scheduled')).toMatchObject(expected);
      });
    const message = expect.stringContaining(start) as string;
    await scheduled('all-hands', { status: 'True', reason: 'ScheduleKnown', message });
    await bed.createMeeting('odd', { schedule: { ...meeting.schedule, rrule: 'FREQ=WEEKLY;BYDAY=XX' } });
    await scheduled('odd', { status: 'False', reason: 'ScheduleUnreadable' });

    // One that is called off is waited for no more.
    await bed.cluster.merge(paths.meeting('all-hands'), { spec: { ended: true } });
    await shows('ahead', { desired: 1 });
  }, 60_000);

  test('by the clock', async () => {
    const cron = { cron: '* * * * *', durationSeconds: 3_600, timeZone: 'Asia/Kolkata' };
    const schedules = [
      { ...cron, name: 'always', nodes: 2 },
      { ...cron, name: 'never', cron: '0 0 30 2 *', nodes: 4 },
    ];
    await bed.createPool('clock', { ...anyPool, scaling: { ...anyScaling, schedules } });
    await shows('clock', { desired: 2, scaling: { winner: 'schedule/always' } });
    expect(await signal('clock', 'schedule/never')).toMatchObject({ reason: 'ScheduleInactive' });
  });

  test('a new leader goes on from what was desired', async () => {
    const kept = await bed.pool('clock');
    await bed.createPool('before', { ...anyPool, scaling: { ...anyScaling, min: 3, stabilizationSeconds: 3_600 } });
    await shows('before', { desired: 3 });
    await bed.cluster.merge(paths.pool('before'), { spec: { scaling: { min: 1 } } });
    await bed.cluster.merge('/apis/coordination.k8s.io/v1/namespaces/parley-system/leases/parley-operator', {
      spec: { holderIdentity: 'nobody', leaseTransitions: 99 },
    });
    await eventually(async () => {
      const lease = `/apis/coordination.k8s.io/v1/namespaces/${OWN_NAMESPACE}/leases/parley-operator`;
      expect((await bed.cluster.get(lease))?.spec).toMatchObject({ holderIdentity: 'operator-0' });
    }, 40_000);
    await shows('before', { desired: 3, scaling: { wish: 0, heldBack: { reason: 'Stabilizing' } } });
    expect((await bed.pool('clock')).status).toMatchObject({ desired: kept.status?.['desired'] });
  }, 90_000);

  test('replicas decides again when scaling is taken away', async () => {
    await bed.cluster.merge(paths.pool('clock'), { spec: { scaling: null, replicas: 3 } });
    await shows('clock', { desired: 3 });
    expect(await status('clock')).not.toHaveProperty('scaling');
    expect(await podsOf('clock')).toHaveLength(3);
  });

  describe('on a Prometheus query', () => {
    beforeAll(async () => {
      await prometheus.expose('queue', ['waiting_people{queue="a"} 15', 'waiting_people{queue="b"} 10']);
    });

    test('of a server that the operator was not given: that is said, and it is not asked', async () => {
      let asked = 0;
      const inside = createServer((_, response) => {
        asked += 1;
        response.end('{"status":"success","data":{"resultType":"scalar","result":[0,"40"]}}');
      });
      inside.listen(0, '127.0.0.1');
      await once(inside, 'listening');
      try {
        const serverURL = `http://127.0.0.1:${String((inside.address() as AddressInfo).port)}`;
        const query = { name: 'inside', serverURL, query: 'up', perNode: 10, intervalSeconds: 5 };
        await bed.createPool('curious', { ...anyPool, scaling: { ...anyScaling, prometheus: [query] } });
        await eventually(async () =>
          expect(await signal('curious', 'prometheus/inside')).toMatchObject({ reason: 'QueryServerNotAllowed' }),
        );
        await shows('curious', { desired: 1, scaling: { wish: 0 } });
        expect(asked).toBe(0);
      } finally {
        inside.close();
      }
    });

    test('up, and not down while its answer makes no sense or nobody answers', async () => {
      const query = { name: 'queue', serverURL: prometheus.url, query: 'sum(waiting_people)', perNode: 10 };
      const scaling = { ...anyScaling, prometheus: [{ ...query, intervalSeconds: 5 }] };
      await bed.createPool('asked', { ...anyPool, scaling });
      await shows('asked', { desired: 3, scaling: { wish: 3, winner: 'prometheus/queue' } });
      const isUnread = (reason: string): Promise<void> =>
        eventually(async () => expect(await signal('asked', 'prometheus/queue')).toMatchObject({ reason }), 25_000);

      await prometheus.expose('queue', ['waiting_people NaN']);
      await isUnread('QueryAbsurd');
      await prometheus.expose('queue', []);
      await isUnread('QueryEmpty');
      await shows('asked', { desired: 3 });

      await prometheus.expose('queue', ['waiting_people 11']);
      await shows('asked', { desired: 2, scaling: { wish: 2 } });

      await prometheus.close();
      await isUnread('QueryUnreachable');
      // Without the last good wish there is none, and still nothing goes.
      await bed.cluster.merge(paths.pool('asked'), {
        spec: { scaling: { prometheus: [{ ...query, query: 'sum(waiting_people) + 1', intervalSeconds: 5 }] } },
      });
      await shows('asked', { desired: 2, scaling: { wish: 0, heldBack: { reason: 'SignalUnreadable' } } });
    }, 120_000);
  });
});

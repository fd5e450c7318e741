import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSFUPool } from '../../src/sfu-pool.js';
import { startApi, type Api } from './api.js';
import { undescribedFields } from './undescribed-fields.js';

const pool = (spec: object, name?: string): object => ({
  kind: 'SFUPool',
  ...(name !== undefined && { metadata: { name } }),
  spec: { region: 'eu', ...spec },
});

describe('SFUPool', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  test('needs nothing but a region; the rest has defaults, and the parser reads it', async () => {
    const made = await api.create(pool({}));
    expect(made.spec).toEqual({
      region: 'eu',
      replicas: 1,
      capacity: { participants: 200, consumers: 2000 },
      networking: { mode: 'HostPort', rtcPort: 40000, relayPorts: { first: 41000, last: 41999 } },
      drain: {
        deadlineSeconds: 600,
        waitSeconds: 10,
        maxMigrating: 20,
        hostTaints: expect.arrayContaining([
          { key: 'node.kubernetes.io/unschedulable' },
          { key: 'karpenter.sh/disrupted' },
          { key: 'aws-node-termination-handler/spot-itn', deadlineSeconds: 100 },
        ]) as unknown,
      },
      update: { maxSurge: '10%', maxDraining: '10%' },
      template: { terminationGracePeriodSeconds: 600 },
    });
    expect(parseSFUPool(JSON.parse(JSON.stringify(made))).spec.networking.mode).toBe('HostPort');
  });

  test.each([
    [
      'all that there is',
      { replicas: 3, workers: 4, template: { image: 'x', nodeSelector: { a: 'b' }, affinity: { nodeAffinity: {} } } },
    ],
    ['no nodes', { replicas: 0 }],
    ['the last port of all', { networking: { rtcPort: 65532 }, workers: 4 }],
    ['ports that end right before those of relays', { networking: { rtcPort: 40996 }, workers: 4 }],
    ['quantities as numbers and as text', { template: { resources: { limits: { cpu: 2, memory: '1Gi' } } } }],
    ['a drain that waits for most of its time', { drain: { deadlineSeconds: 3600, waitSeconds: 3599 } }],
    ['a shorter drain than what a taint allows', { drain: { deadlineSeconds: 30, waitSeconds: 0 } }],
    ['no taints', { drain: { hostTaints: [] } }],
    ['a roll without surge', { update: { maxSurge: 0, maxDraining: 3 } }],
    ['a roll by percentages', { update: { maxSurge: '0%', maxDraining: '100%' } }],
    [
      'the address of the host for HostNetwork',
      { networking: { mode: 'HostNetwork', announcedAddress: 'InternalIP' } },
    ],
  ])('takes %s', async (_, spec) => {
    await expect(api.create(pool(spec))).resolves.toMatchObject({ spec });
  });

  test('turn needs nothing; the rest has defaults', async () => {
    const { spec } = await api.create(pool({ turn: { tls: { secretRef: { name: 'turn-tls' } }, scaling: {} } }));
    expect((spec as { turn: object }).turn).toEqual({
      scaling: {
        ...{ min: 1, max: 10, targetAllocations: 2000, targetMegabitsPerSecond: 500 },
        stabilizationSeconds: 300,
      },
      port: 3478,
      tls: { secretRef: { name: 'turn-tls' }, port: 5349 },
      credentialSeconds: 3600,
      quotas: { allocationsPerParticipant: 48, allocations: 5000 },
      limits: {},
      drainDeadlineSeconds: 600,
    });
  });

  test.each([
    ['both replicas and scaling', { replicas: 2, scaling: {} }, 'turn.replicas and turn.scaling exclude each other'],
    ['fewest above most', { scaling: { min: 3, max: 2 } }, 'turn.scaling.min must be at most turn.scaling.max'],
    [
      'one port for both',
      { port: 5349, tls: { secretRef: { name: 'turn-tls' } } },
      'turn.tls.port must differ from turn.port',
    ],
    ["the agent's port", { port: 7100 }, 'must leave out 6479, 7100, 9190 and 9191'],
    ['a port of the nodes', { port: 40_000 }, "turn.port must lie outside the nodes' RTC ports"],
    [
      'a larger quota for one than for all',
      { quotas: { allocationsPerParticipant: 20, allocations: 10 } },
      'turn.quotas.allocationsPerParticipant must be at most turn.quotas.allocations',
    ],
    ['TLS without a certificate', { tls: {} }, 'spec.turn.tls.secretRef: Required value'],
    [
      'a domain that is none',
      { tls: { secretRef: { name: 'turn-tls' }, domain: '*.example.com' } },
      'spec.turn.tls.domain in body should match',
    ],
    ['credentials for ever', { credentialSeconds: 100_000 }, 'should be less than or equal to 86400'],
  ])('refuses turn with %s', async (_, turn, message) => {
    await expect(api.refusalOf(pool({ turn }))).resolves.toContain(message);
  });

  test('refuses turn on a low port of the host itself, and takes it where it is mapped', async () => {
    const turn = { tls: { secretRef: { name: 'turn-tls' }, port: 443 } };
    await expect(api.refusalOf(pool({ turn, networking: { mode: 'HostNetwork' } }))).resolves.toContain(
      'with networking.mode HostNetwork, turn.port and turn.tls.port must be 1024 or above',
    );
    for (const mode of ['HostPort', 'PodIP'])
      await expect(api.create(pool({ turn, networking: { mode } }))).resolves.toMatchObject({ spec: { turn } });
  });

  test.each([
    ['no region', { region: undefined }, 'spec.region: Required value'],
    ['a region that is no label', { region: 'EU West' }, 'spec.region in body should match'],
    ['fewer nodes than none', { replicas: -1 }, 'should be greater than or equal to 0'],
    [
      'fewer consumers than participants',
      { capacity: { participants: 50, consumers: 49 } },
      'capacity.consumers must be at least capacity.participants',
    ],
    [
      'ports above 65535',
      { networking: { rtcPort: 65533 }, workers: 4 },
      'each worker takes one port, counted up from rtcPort, and the last is above 65535',
    ],
    [
      'ports among those of relays',
      { networking: { rtcPort: 40997 }, workers: 4 },
      'must lie outside networking.relayPorts',
    ],
    [
      'the port of gRPC',
      { networking: { rtcPort: 6998 }, workers: 4 },
      'must leave out 7000 (gRPC) and 9090 (health and metrics)',
    ],
    [
      'too few ports for relays',
      { networking: { relayPorts: { first: 41000, last: 41098 } } },
      'relayPorts must hold at least 100 ports',
    ],
    [
      'relay ports upside down',
      { networking: { relayPorts: { first: 42000, last: 41000 } } },
      'relayPorts must hold at least 100 ports',
    ],
    [
      'a host address for PodIP',
      { networking: { mode: 'PodIP', announcedAddress: 'InternalIP' } },
      "with PodIP the pod's own address is announced",
    ],
    ['an unknown mode', { networking: { mode: 'NodePort' } }, 'supported values: "HostPort", "HostNetwork", "PodIP"'],
    ['a drain without time', { drain: { deadlineSeconds: 14 } }, 'should be greater than or equal to 15'],
    [
      'a drain that only waits',
      { drain: { deadlineSeconds: 60, waitSeconds: 60 } },
      'drain.waitSeconds must be less than drain.deadlineSeconds',
    ],
    [
      'a taint twice',
      { drain: { hostTaints: [{ key: 'spot' }, { key: 'spot', deadlineSeconds: 100 }] } },
      'Duplicate value',
    ],
    ['a taint without a key', { drain: { hostTaints: [{ deadlineSeconds: 100 }] } }, 'key: Required value'],
    [
      'a surge that is neither',
      { update: { maxSurge: '10' } },
      'update.maxSurge must be a number from 0 to 1000, or a percentage such as 10%',
    ],
    [
      'a negative surge',
      { update: { maxSurge: -1 } },
      'update.maxSurge must be a number from 0 to 1000, or a percentage such as 10%',
    ],
    [
      'a roll that drains nothing',
      { update: { maxDraining: 0 } },
      'update.maxDraining must be a number from 1 to 1000, or a percentage such as 10%',
    ],
    [
      'a roll that drains no percentage',
      { update: { maxDraining: '0%' } },
      'update.maxDraining must be a number from 1 to 1000, or a percentage such as 10%',
    ],
    ['a label of ours', { template: { labels: { 'parley.dev/pool': 'x' } } }, 'labels that begin with parley.dev/ are'],
    [
      'an annotation of ours',
      { template: { annotations: { 'parley.dev/x': 'x' } } },
      'annotations that begin with parley.dev/ are',
    ],
    ['a variable that is none', { template: { env: [{ name: '1A', value: '' }] } }, 'should match'],
    [
      'a variable twice',
      {
        template: {
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '2' },
          ],
        },
      },
      'Duplicate value',
    ],
  ])('refuses %s', async (_, spec, message) => {
    await expect(api.refusalOf(pool(spec))).resolves.toContain(message);
  });

  test.each([
    ['long', 'a'.repeat(51)],
    ['dotted', 'eu.west'],
  ])('refuses a %s name', async (_, name) => {
    await expect(api.refusalOf(pool({}, name))).resolves.toContain(
      'metadata.name must be at most 50 characters without dots',
    );
  });

  test.each([
    ['region', { region: 'us' }, 'region cannot be changed; make a pool for the other region'],
    ['mode', { networking: { mode: 'HostNetwork' } }, 'mode cannot be changed; make another pool'],
  ])('refuses another %s later', async (_, spec, message) => {
    const made = await api.create(pool({}));
    await expect(api.patchRefusalOf(made, { spec })).resolves.toContain(message);
  });

  describe('scaling', () => {
    const refused = (scaling: object, rest: object = {}): Promise<string> =>
      api.refusalOf(pool({ scaling: { max: 4, ...scaling }, ...rest }));
    const cron = { name: 'office', cron: '0 8 * * 1-5', durationSeconds: 3_600 };
    const query = { name: 'queue', serverURL: 'https://prometheus.example', query: 'sum(queue)' };

    test('needs a maximum; the rest has defaults', async () => {
      const made = await api.create(pool({ scaling: { max: 4, schedules: [{ ...cron, nodes: 2 }] } }));
      expect(made.spec?.['scaling']).toEqual({
        min: 1,
        max: 4,
        targetUtilizationPercent: 85,
        headroom: { percent: 10 },
        startupSeconds: 120,
        stabilizationSeconds: 60,
        rates: { down: { nodes: 1, percent: 20, periodSeconds: 60 } },
        schedules: [{ ...cron, nodes: 2, timeZone: 'UTC' }],
      });
      expect(parseSFUPool(JSON.parse(JSON.stringify(made))).spec.scaling?.max).toBe(4);
    });

    test.each([
      ['headroom for people', { headroom: { participants: 0 } }],
      ['a rate in percent alone', { rates: { up: { nodes: 0, percent: 50 } } }],
      ['a schedule in a time zone', { schedules: [{ ...cron, participants: 500, timeZone: 'America/New_York' }] }],
      ['names of days and months', { schedules: [{ ...cron, nodes: 1, cron: '*/5 8-18 L JAN,FEB MON#1' }] }],
      [
        'a query with a token and an authority',
        { prometheus: [{ ...query, perNode: 0.5, bearerTokenSecretRef: { name: 'a' }, caSecretRef: { name: 'a' } }] },
      ],
      ['a query without TLS', { prometheus: [{ ...query, serverURL: 'http://prometheus:9090/x', threshold: 70 }] }],
    ])('takes %s', async (_, scaling) => {
      await expect(api.create(pool({ scaling: { max: 4, ...scaling } }))).resolves.toBeTruthy();
    });

    test.each([
      ['no maximum', { max: undefined }, 'spec.scaling.max: Required value'],
      ['a maximum below the minimum', { min: 5 }, 'scaling.max must be at least scaling.min'],
      ['no node at all', { min: 0 }, 'should be greater than or equal to 1'],
      ['two kinds of headroom', { headroom: { participants: 1, percent: 1 } }, 'either participants or percent'],
      ['no kind of headroom', { headroom: {} }, 'headroom is either participants or percent'],
      ['no change at all', { rates: { down: { nodes: 0 } } }, 'a rate must allow for a change'],
      ['more than the maximum by schedule', { schedules: [{ ...cron, nodes: 5 }] }, 'more nodes than scaling.max'],
      [
        'nodes and people by schedule',
        { schedules: [{ ...cron, nodes: 1, participants: 1 }] },
        'a schedule asks either for nodes or for participants',
      ],
      ['a schedule for nothing', { schedules: [cron] }, 'a schedule asks either for nodes or for participants'],
      ['six fields of cron', { schedules: [{ ...cron, nodes: 1, cron: '0 0 8 * * 1' }] }, 'should match'],
      [
        'a time zone that is none',
        { schedules: [{ ...cron, nodes: 1, timeZone: 'Europe/Atlantis' }] },
        'unknown time zone Europe/Atlantis',
      ],
      [
        'a name twice',
        {
          schedules: [
            { ...cron, nodes: 1 },
            { ...cron, nodes: 2 },
          ],
        },
        'Duplicate value',
      ],
      ['a query for nothing', { prometheus: [query] }, 'a query has either perNode or threshold'],
      [
        'two measures of a query',
        { prometheus: [{ ...query, perNode: 1, threshold: 1 }] },
        'a query has either perNode or threshold',
      ],
      ['a measure of 0', { prometheus: [{ ...query, perNode: 0 }] }, 'should be greater than 0'],
      [
        'a token in the clear',
        { prometheus: [{ ...query, perNode: 1, serverURL: 'http://p', bearerTokenSecretRef: { name: 'a' } }] },
        'need a serverURL that begins with https',
      ],
      ['a password in a URL', { prometheus: [{ ...query, perNode: 1, serverURL: 'https://me:pw@p' }] }, 'should match'],
      [
        'an answer awaited longer than the interval',
        { prometheus: [{ ...query, perNode: 1, intervalSeconds: 5, timeoutSeconds: 6 }] },
        'timeoutSeconds must be at most intervalSeconds',
      ],
    ])('refuses %s', async (_, scaling, message) => {
      await expect(refused(scaling)).resolves.toContain(message);
    });

    const exclusion = 'replicas and scaling exclude each other: leave replicas out (or 1) where scaling decides';
    test('and replicas exclude each other', async () => {
      await expect(refused({}, { replicas: 3 })).resolves.toContain(exclusion);
      const made = await api.create(pool({ replicas: 3 }));
      await expect(api.patchRefusalOf(made, { spec: { scaling: { max: 4 } } })).resolves.toContain(exclusion);
      await api.patch(made, { spec: { scaling: { max: 4 }, replicas: null } });
    });

    test('kubectl scale is refused, and says why', async () => {
      await api.create(pool({ scaling: { max: 4 } }, 'by-scaling'));
      await expect(api.kubectl('scale', 'sfu/by-scaling', '--replicas=3')).rejects.toThrow(exclusion);
    });
  });

  test('is scaled by the scale subresource', async () => {
    await api.create(pool({}, 'scaled'));
    await api.kubectl('scale', 'sfu/scaled', '--replicas=4');
    expect(await api.kubectl('get', 'sfu/scaled', '-o', 'jsonpath={.spec.replicas}')).toBe('4');
  });

  test('kubectl shows its story in columns, and explains its fields', async () => {
    await api.create(pool({}, 'shown'));
    const status = {
      desired: 1,
      readyReplicas: 1,
      participants: 7,
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'AllNodesReady',
          message: 'm',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    };
    await api.kubectl('patch', 'sfu/shown', '--subresource=status', '--type=merge', '-p', JSON.stringify({ status }));
    const [header, row] = (await api.kubectl('get', 'sfu', 'shown')).split('\n');
    expect(header?.trim().split(/\s+/)).toEqual([
      'NAME',
      'REGION',
      'DESIRED',
      'READY',
      'PARTICIPANTS',
      'REASON',
      'AGE',
    ]);
    expect(row?.trim().split(/\s+/).slice(0, 6)).toEqual(['shown', 'eu', '1', '1', '7', 'AllNodesReady']);
    expect(await api.kubectl('explain', 'sfupool.spec.networking.mode')).toContain("the host's address is announced");
  });

  test('every field has a description', async () => {
    expect(await undescribedFields(api, 'sfupools.parley.dev')).toEqual([]);
  });
});

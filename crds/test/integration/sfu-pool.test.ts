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
    [
      'the address of the host for HostNetwork',
      { networking: { mode: 'HostNetwork', announcedAddress: 'InternalIP' } },
    ],
  ])('takes %s', async (_, spec) => {
    await expect(api.create(pool(spec))).resolves.toMatchObject({ spec });
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

  test('is scaled by the scale subresource', async () => {
    await api.create(pool({}, 'scaled'));
    await api.kubectl('scale', 'sfu/scaled', '--replicas=4');
    expect(await api.kubectl('get', 'sfu/scaled', '-o', 'jsonpath={.spec.replicas}')).toBe('4');
  });

  test('kubectl shows its story in columns, and explains its fields', async () => {
    await api.create(pool({}, 'shown'));
    const status = {
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

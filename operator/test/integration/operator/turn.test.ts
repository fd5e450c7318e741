/** TURN servers through their life: a real API server, the test as scheduler and kubelet, agents in memory. */
import { PlacementService, type TurnServer } from '@parley/proto/gen/parley/v1/placement_pb.js';
import { createRpcChannel } from '@parley/proto/rpc-client.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Operator } from '../../../src/operator.js';
import { nextLoopbackAddress } from '../../../src/nodes/testing/fake-node.js';
import { eventually, type KubeJson } from './cluster-client.js';
import { startFakeAgent, type FakeAgent } from './fake-agent.js';
import { createTestBed, paths, PODS, type TestBed } from './test-bed.js';

const SECRETS = '/api/v1/namespaces/default/secrets';
const agents = new Map<string, FakeAgent>();
let bed: TestBed;
let operator: Operator;

beforeAll(async () => {
  bed = await createTestBed();
  await bed.createHost('host-a');
  operator = bed.startOperator();
});
afterAll(async () => {
  await bed.close();
  await Promise.all([...agents.values()].map((agent) => agent.close()));
});

async function servers(): Promise<readonly KubeJson[]> {
  const pods = await bed.cluster.list(PODS);
  return pods.filter(({ metadata }) => metadata.name.endsWith('-turn'));
}
async function liveNames(): Promise<string[]> {
  return (await servers())
    .filter(({ metadata }) => metadata['deletionTimestamp'] === undefined)
    .map(({ metadata }) => metadata.name);
}
async function turnStatus(): Promise<Record<string, unknown>> {
  return ((await bed.pool('eu')).status?.['turn'] ?? {}) as Record<string, unknown>;
}
async function condition(): Promise<Record<string, unknown>> {
  const conditions = (await bed.pool('eu')).status?.['conditions'] as Record<string, unknown>[] | undefined;
  return conditions?.find((entry) => entry['type'] === 'TurnReady') ?? {};
}
async function secretText(name: string, key: string): Promise<string> {
  const secret = await eventually(async () => {
    const found = await bed.cluster.get(`${SECRETS}/${name}`);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  });
  return Buffer.from((secret['data'] as Record<string, string>)[key] ?? '', 'base64').toString();
}

/** Plays scheduler and kubelet. */
async function run(name: string, host = 'host-a'): Promise<FakeAgent> {
  await eventually(async () => expect(await liveNames()).toContain(name));
  const agent = await startFakeAgent(nextLoopbackAddress());
  agents.set(name, agent);
  await bed.cluster.create(`${paths.pod(name)}/binding`, {
    ...{ apiVersion: 'v1', kind: 'Binding', metadata: { name } },
    target: { apiVersion: 'v1', kind: 'Node', name: host },
  });
  await bed.cluster.merge(`${paths.pod(name)}/status`, {
    status: {
      ...{ phase: 'Running', podIP: agent.ip, podIPs: [{ ip: agent.ip }] },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  });
  return agent;
}
/** As the kubelet does when the pod has ended. */
const finish = (name: string): Promise<void> =>
  bed.cluster.delete(`${paths.pod(name)}?gracePeriodSeconds=0`).catch(() => undefined);

/** As signaling is told. */
async function fed(): Promise<readonly TurnServer[]> {
  const address = `127.0.0.1:${String(await eventually(() => operator.grpcPort() ?? Promise.reject(new Error('closed'))))}`;
  const channel = createRpcChannel({ address, role: 'operator', credentials: insecureCredentials() });
  try {
    const events = channel.client(PlacementService).watchTopologies({}, { idleTimeoutMs: 3_000 });
    for await (const event of events) if (event.turnServers !== undefined) return event.turnServers.servers;
    throw new Error('the stream ended');
  } finally {
    channel.close();
  }
}
const fedNames = async (): Promise<string[]> => (await fed()).map(({ name }) => name);

describe('TURN servers', () => {
  test('a pool with turn: {} gets one, which is told the nodes and given to signaling with a secret of its own', async () => {
    await bed.createPool('eu', { region: 'eu', replicas: 1, turn: {} });
    await bed.runPod('eu-0');
    const agent = await run('eu-0-turn');
    await eventually(() => expect(agent.peers).toEqual(['10.1.0.1']));
    const [server] = await eventually(async () => {
      const list = await fed();
      expect(list).toHaveLength(1);
      return list;
    });
    expect(server).toMatchObject({
      ...{ name: 'eu-0-turn', namespace: 'default', region: 'eu', credentialSeconds: 3600 },
      urls: ['turn:10.1.0.1:3478?transport=udp', 'turn:10.1.0.1:3478?transport=tcp'],
    });
    const conf = await secretText('eu-0-turn-conf', 'turnserver.conf');
    expect(conf).toContain(`static-auth-secret=${server!.secret}\n`);
    expect(server!.secret.length).toBeGreaterThan(40);
    await eventually(async () => {
      expect(await turnStatus()).toMatchObject({ desired: 1, ready: 1, reason: 'TurnReplicas' });
      expect(await condition()).toMatchObject({ status: 'True', reason: 'TurnServersReady' });
    });
    expect((await bed.pool('eu')).status).toMatchObject({ readyReplicas: 1 });
    const [pod] = await servers();
    expect(await secretText('eu-0-turn-conf', 'pod-uid')).toBe(pod?.metadata.uid);
    expect(JSON.stringify(pod)).not.toContain(server!.secret);
    expect(pod?.metadata['labels']).not.toHaveProperty(['parley.dev/pool']);
  });

  test('what guards it is there', async () => {
    const budget = '/apis/policy/v1/namespaces/default/poddisruptionbudgets/eu.turn';
    expect((await bed.cluster.get(budget))?.spec).toMatchObject({ maxUnavailable: 1 });
    const policy = await bed.cluster.get('/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/eu.turn');
    expect(policy?.spec).toMatchObject({
      podSelector: { matchLabels: { 'parley.dev/turn-pool': 'eu' } },
      policyTypes: ['Ingress', 'Egress'],
      egress: [{ ports: [{ protocol: 'UDP', port: 40_000 }] }],
    });
  });

  test('law 1: a new leader finds the secrets of the servers that there are', async () => {
    const before = await fed();
    await operator.close();
    operator = bed.startOperator({ podName: 'operator-1' });
    await eventually(async () => expect(await fed()).toEqual(before), 30_000);
    expect(await liveNames()).toEqual(['eu-0-turn']);
  });

  test('it scales on allocations: up at once; down through a drain, out of the list before it has gone', async () => {
    const scaling = { max: 3, targetAllocations: 100, stabilizationSeconds: 1 };
    await bed.cluster.merge(paths.pool('eu'), { spec: { turn: { scaling } } });
    agents.get('eu-0-turn')!.allocations = 150;
    const second = await run('eu-1-turn');
    await eventually(async () => {
      expect(await turnStatus()).toMatchObject({ desired: 2, ready: 2, reason: 'TurnAllocations' });
      expect(await fedNames()).toEqual(['eu-0-turn', 'eu-1-turn']);
    }, 30_000);
    agents.get('eu-0-turn')!.allocations = 60;
    second.allocations = 5;
    // The one with the fewest allocations.
    await eventually(async () => expect(await liveNames()).toEqual(['eu-0-turn']), 40_000);
    await eventually(async () => {
      expect(await fedNames()).toEqual(['eu-0-turn']);
      expect((await turnStatus())['servers']).toMatchObject([
        { name: 'eu-0-turn', phase: 'Ready' },
        { name: 'eu-1-turn', phase: 'Draining' },
      ]);
    });
    const [, draining] = await servers();
    expect(draining?.metadata['deletionGracePeriodSeconds']).toBe(610);
    await finish('eu-1-turn');
    await eventually(async () => expect((await turnStatus())['servers']).toHaveLength(1));
  }, 120_000);

  test('another Secret is another server, once it is there: the old one is replaced when the new one is up', async () => {
    await bed.cluster.merge(paths.pool('eu'), { spec: { turn: { scaling: null, secretRef: { name: 'shared' } } } });
    await eventually(async () =>
      expect(await condition()).toMatchObject({
        ...{ status: 'False', reason: 'TurnSecretMissing' },
        message: expect.stringContaining('There is no Secret shared.') as string,
      }),
    );
    expect(await fedNames()).toEqual(['eu-0-turn']);
    await bed.cluster.create(SECRETS, {
      metadata: { name: 'shared' },
      stringData: { secret: 'a-secret-of-their-own' },
    });
    await run('eu-1-turn');
    // That of an earlier server of this name may still be there: nobody collects garbage here.
    await eventually(async () =>
      expect(await secretText('eu-1-turn-conf', 'turnserver.conf')).toContain(
        'static-auth-secret=a-secret-of-their-own',
      ),
    );
    await eventually(async () => expect(await liveNames()).toEqual(['eu-1-turn']), 60_000);
    const list = await fed();
    expect(list.map(({ name, secret }) => [name, secret])).toEqual([['eu-1-turn', 'a-secret-of-their-own']]);
    await finish('eu-0-turn');
  }, 120_000);

  test('without turn they go, and the status says nothing of them', async () => {
    await bed.cluster.merge(paths.pool('eu'), { spec: { turn: null } });
    await eventually(async () => expect(await liveNames()).toEqual([]));
    expect(await fedNames()).toEqual([]);
    for (const { metadata } of await servers()) await finish(metadata.name);
    await eventually(async () => {
      expect((await bed.pool('eu')).status).not.toHaveProperty('turn');
      expect(await condition()).toEqual({});
    });
    expect((await bed.pool('eu')).status).toMatchObject({ readyReplicas: 1 });
  });
});

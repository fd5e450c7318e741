import { format } from 'prettier';
import { describe, expect, test } from 'vitest';
import { buildTurnDisruptionBudget, buildTurnNetworkPolicy } from './turn-policies.js';
import { buildTurnPod, turnConfOf, turnRevisionOf, type TurnPodInput } from './turn-pod.js';

type Spec = TurnPodInput['spec'];
const tls = { secretRef: { name: 'turn-tls' }, port: 443 };
const quotas = { allocationsPerParticipant: 48, allocations: 5000 };

function input(
  over: { turn?: Partial<Spec['turn']>; mode?: Spec['networking']['mode']; digest?: string } = {},
): TurnPodInput {
  const turn = { port: 3478, quotas, limits: {}, credentialSeconds: 3600, drainDeadlineSeconds: 600, ...over.turn };
  const networking = { mode: over.mode ?? 'HostPort', rtcPort: 40_000, relayPorts: { first: 41_000, last: 41_999 } };
  return {
    pool: { name: 'eu', namespace: 'media', uid: 'uid-of-eu' },
    spec: { region: 'eu', template: { terminationGracePeriodSeconds: 600 }, networking, turn } as unknown as Spec,
    defaultImage: { name: 'parley/turn:1', pullPolicy: 'IfNotPresent' },
    server: 'eu-0-turn',
    secretDigest: over.digest ?? '',
  };
}

describe('the pod of a TURN server', () => {
  test('is as the golden file says', async () => {
    const pod = buildTurnPod(input({ turn: { tls } }));
    const formatted = await format(JSON.stringify(pod), { parser: 'json', printWidth: 120 });
    await expect(formatted).toMatchFileSnapshot('__golden__/turn-pod.json');
  });

  test('on mapped ports coturn listens on unprivileged ones', () => {
    const { spec } = buildTurnPod(input({ turn: { tls, port: 80 } }));
    expect(spec?.containers[0]?.ports).toMatchObject([
      { containerPort: 3478, protocol: 'UDP', hostPort: 80 },
      { containerPort: 3478, protocol: 'TCP', hostPort: 80 },
      { containerPort: 5349, protocol: 'TCP', hostPort: 443 },
    ]);
    expect(turnConfOf(input({ turn: { tls, port: 80 } }).spec, 's')).toContain(
      'listening-port=3478\ntls-listening-port=5349',
    );
  });

  test('on its own address it listens on those that were asked for, low ones without a right', () => {
    const { spec } = buildTurnPod(input({ mode: 'PodIP', turn: { tls } }));
    expect(spec?.containers[0]?.ports?.map(({ containerPort, hostPort }) => [containerPort, hostPort])).toEqual([
      [3478, undefined],
      [3478, undefined],
      [443, undefined],
    ]);
    expect(spec?.securityContext?.sysctls).toEqual([{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }]);
    expect(spec?.containers[0]?.securityContext?.capabilities).toEqual({ drop: ['ALL'] });
  });

  test("another image is coturn's alone; its agent stays ours", () => {
    const { spec } = buildTurnPod(input({ turn: { image: 'coturn/coturn:4.7' } }));
    expect(spec?.containers[0]).toMatchObject({
      image: 'coturn/coturn:4.7',
      securityContext: { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } },
    });
    expect(spec?.initContainers?.[0]).toMatchObject({ image: 'parley/turn:1', restartPolicy: 'Always' });
  });

  test('another secret, quota or limit is another revision, and the same is the same', () => {
    const revisions = [
      input(),
      input({ digest: 'x' }),
      input({ turn: { quotas: { ...quotas, allocations: 1 } } }),
      input({ turn: { limits: { serverBytesPerSecond: 1 } } }),
      input({ turn: { tls } }),
    ].map(turnRevisionOf);
    expect(new Set(revisions).size).toBe(revisions.length);
    expect(turnRevisionOf({ ...input(), server: 'eu-7-turn' } as TurnPodInput)).toBe(revisions[0]);
  });

  test('law 10: the secret is in the configuration, and not in the pod', () => {
    expect(turnConfOf(input().spec, 'the-secret')).toContain('static-auth-secret=the-secret\n');
    expect(JSON.stringify(buildTurnPod(input()))).not.toContain('the-secret');
  });
});

test('its network policy lets nothing out but UDP to media ports of any pool', () => {
  const { pool, spec } = input({ turn: { tls } });
  const policy = buildTurnNetworkPolicy(pool, spec, [
    { first: 43_000, last: 43_000 },
    { first: 40_000, last: 40_003 },
    { first: 40_000, last: 40_003 },
  ]);
  expect(policy.metadata?.name).toBe('eu.turn');
  expect(policy.spec?.egress).toEqual([
    {
      ports: [
        { protocol: 'UDP', port: 40_000, endPort: 40_003 },
        { protocol: 'UDP', port: 43_000 },
      ],
    },
  ]);
  expect(policy.spec?.ingress?.[0]?.ports?.map(({ protocol, port }) => `${String(protocol)} ${String(port)}`)).toEqual([
    ...['UDP 3478', 'TCP 3478', 'TCP 5349', 'TCP 7100', 'TCP 9190', 'TCP 9191'],
  ]);
  expect(buildTurnDisruptionBudget(pool).spec).toMatchObject({ maxUnavailable: 1 });
});

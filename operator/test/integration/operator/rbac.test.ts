import { KubeConfig } from '@kubernetes/client-node';
import { RecordingsService } from '@parley/proto/gen/parley/v1/recordings_pb.js';
import { createRpcChannel } from '@parley/proto/rpc-client.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Operator } from '../../../src/operator.js';
import { OPERATOR_RULES, type Rule } from '../../../src/rbac/rules.js';
import { createAuditLog, type AuditedCall } from './audit.js';
import { eventually } from './cluster-client.js';
import { createTestBed, OWN_NAMESPACE, paths, PODS, type TestBed } from './test-bed.js';

const ACCOUNT = 'parley-operator';
const USER = `system:serviceaccount:${OWN_NAMESPACE}:${ACCOUNT}`;
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

type Scope = keyof typeof OPERATOR_RULES;
interface Right {
  readonly scope: Scope;
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly names: readonly string[] | undefined;
}

const rightsOf = (scope: Scope, rules: readonly Rule[]): Right[] =>
  rules.flatMap(({ apiGroups, resources, verbs, resourceNames }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => ({ scope, group, resource, verb, names: resourceNames }))),
    ),
  );
const RIGHTS = (Object.keys(OPERATOR_RULES) as Scope[]).flatMap((scope) => rightsOf(scope, OPERATOR_RULES[scope]));
const nameOf = ({ scope, group, resource, verb }: Right): string => `${scope}: ${verb} ${resource}.${group}`;

/** Server-side apply that creates: `patch`, and `create` is asked for too. */
const verbsOf = ({ verb, code }: AuditedCall): string[] =>
  verb === 'patch' && code === 201 ? ['patch', 'create'] : [verb];
const scopeOf = ({ resource, namespace }: AuditedCall): Scope => {
  if (resource === 'nodes') return 'cluster';
  return namespace === OWN_NAMESPACE ? 'ownNamespace' : 'watchedNamespaces';
};
const covers = (right: Right, call: AuditedCall): boolean =>
  right.scope === scopeOf(call) &&
  right.group === call.group &&
  right.resource === call.resource &&
  verbsOf(call).includes(right.verb) &&
  (right.names === undefined || right.names.includes(call.name));

describe('the operator with its own rights and no others', () => {
  const audit = createAuditLog();
  let bed: TestBed;
  let operator: Operator;

  beforeAll(async () => {
    bed = await createTestBed(...audit.flags);
    const { cluster } = bed;
    const subjects = [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: OWN_NAMESPACE }];
    const bind = async (kind: 'Role' | 'ClusterRole', name: string, rules: readonly Rule[]): Promise<void> => {
      const path = kind === 'Role' ? `${RBAC}/namespaces/${OWN_NAMESPACE}/roles` : `${RBAC}/clusterroles`;
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name };
      await cluster.create(path, { metadata: { name }, rules });
      await cluster.create(path.replace(/roles$/, 'rolebindings'), { metadata: { name }, roleRef, subjects });
    };
    const accounts = `/api/v1/namespaces/${OWN_NAMESPACE}/serviceaccounts`;
    await cluster.create(accounts, { metadata: { name: ACCOUNT } });
    await bind('Role', 'own', OPERATOR_RULES.ownNamespace);
    await bind('ClusterRole', 'cluster', OPERATOR_RULES.cluster);
    await bind('ClusterRole', 'watched', OPERATOR_RULES.watchedNamespaces);
    const token = await cluster.create(`${accounts}/${ACCOUNT}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 3600 },
    });
    operator = bed.startOperator({
      kubeConfig: configWithToken(bed.server.kubeConfig, String(token.status?.['token'])),
    });
  });
  afterAll(async () => {
    await bed.close();
    audit.remove();
  });

  test('lives through all that it is there for: a drain, a failed node, a passcode, an end, and a time to live', async () => {
    const { cluster } = bed;
    await bed.createHost('host-a');
    await bed.createPool('eu', { region: 'eu', replicas: 1, turn: {} });
    await bed.runPod('eu-0');
    await cluster.create('/api/v1/namespaces/default/secrets', {
      metadata: { name: 'door' },
      stringData: { passcode: 'open sesame' },
    });
    await bed.createMeeting('guarded', { passcodeSecretRef: { name: 'door' } });
    await bed.createMeeting('daily', { ttlSecondsAfterEnd: 0 });
    for (const name of ['guarded', 'daily'])
      await eventually(async () => expect((await bed.meeting(name)).status?.['phase']).toBe('Placed'));
    await cluster.merge(paths.meeting('daily'), { spec: { ended: true } });
    await eventually(async () => expect(await cluster.get(paths.meeting('daily'))).toBeUndefined());

    await cluster.merge(paths.pod('eu-0'), { metadata: { annotations: { 'parley.dev/drain': 'true' } } });
    await eventually(async () =>
      expect((await cluster.get(paths.pod('eu-0')))?.metadata['labels']).toHaveProperty('parley.dev/drain-phase'),
    );
    await cluster.merge(paths.pod('eu-0'), { metadata: { annotations: { 'parley.dev/drain': null } } });
    await cluster.merge(`${paths.pod('eu-0')}/status`, { status: { phase: 'Failed' } });
    await eventually(async () => {
      const pods = await cluster.list(PODS);
      expect(pods.map(({ metadata }) => metadata.name)).toContain('eu-1');
    }, 20_000);
    // An event that is repeated is counted up, in time.
    await bed.createMeeting('lost', { pools: [{ name: 'nowhere' }] });
    for (const title of ['once', 'again']) {
      await eventually(async () => expect((await bed.meeting('lost')).status?.['phase']).toBe('Pending'));
      await cluster.merge(paths.meeting('lost'), { spec: { title } });
    }
    await eventually(
      () => expect(audit.calls(USER).map(({ verb, resource }) => `${verb} ${resource}`)).toContain('patch events'),
      30_000,
    );
  });

  test('and through a recording that it begins by itself', async () => {
    const { cluster } = bed;
    const node = await bed.runPod('eu-1');
    const storage = { s3: { bucket: 'recordings' } };
    const { id } = await bed.createMeeting('recorded', { recording: { mode: 'Automatic', storage } });
    await eventually(() => expect([...node.topologies.keys()]).toContain(id));
    node.setParticipants(id, 1);
    const recordings = '/apis/parley.dev/v1alpha1/namespaces/default/recordingjobs';
    const jobs = '/apis/batch/v1/namespaces/default/jobs';
    await eventually(async () => expect(await cluster.list(jobs)).toHaveLength(1));
    const [recording] = await cluster.list(recordings);
    await cluster.merge(`${recordings}/${recording!.metadata.name}`, { spec: { stop: true } });
    await eventually(async () => expect(await cluster.list(jobs)).toHaveLength(0));
    const channel = createRpcChannel({
      address: `127.0.0.1:${String(operator.grpcPort())}`,
      ...{ role: 'operator', credentials: insecureCredentials() },
    });
    const request = { meetingId: id, name: recording!.metadata.name };
    await channel.client(RecordingsService).deleteRecording(request, { deadlineMs: 5_000 });
    channel.close();
    expect((await cluster.list(recordings))[0]?.metadata).toHaveProperty('deletionTimestamp');
  });

  test('nothing was refused', () => {
    expect(audit.calls(USER).filter(({ code }) => code === 403)).toEqual([]);
  });

  test('every right was used', () => {
    const calls = audit.calls(USER).filter(({ code }) => code !== 403);
    const unused = RIGHTS.filter((right) => !calls.some((call) => covers(right, call)));
    expect(unused.map(nameOf)).toEqual([]);
  });
});

function configWithToken(admin: KubeConfig, token: string): KubeConfig {
  const config = new KubeConfig();
  const cluster = admin.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig has no cluster');
  config.loadFromClusterAndUser(cluster, { name: ACCOUNT, token });
  return config;
}

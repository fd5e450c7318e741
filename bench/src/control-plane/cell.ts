/** A cell of hosts, pools and nodes, as large as asked, with its operator; the meetings are the benchmark's. */
import { waitFor } from '@parley/e2e/deadline.js';
import { tlsCredentials } from '@parley/proto/tls.js';
import { poolsPath, startLocalCluster, systemNamespace, type LocalCluster } from '../process/local-cluster.js';
import { metricOf } from '../report/metrics.js';
import { startFleet, type Fleet } from './fleet.js';
import { startFollower, type Follower } from './follower.js';
import { createHosts, schedulePods } from './hosts.js';
import { startKwok } from './kwok.js';

export interface Cell {
  readonly cluster: LocalCluster;
  readonly fleet: Fleet;
  readonly follower: Follower;
  /** From the pools' creation until every node was ready. */
  readonly readySeconds: number;
  /** Resolves when the operator hears every node's load stream. */
  allNodesLive(): Promise<void>;
  close(): Promise<void>;
}

const pools = ['eu', 'us'] as const;
/** One takes 24 meetings of four below the target of 80 %, so that a full cell is at half of that. */
const capacity = { participants: 120, consumers: 3_000 };
/** Each is a pod, a certificate and a handshake. */
const patiencePerNodeMs = 1_000;

export async function startCell(nodes: number): Promise<Cell> {
  const cluster = await startLocalCluster();
  const { api } = cluster;
  const opened: { close(): Promise<void> | void }[] = [cluster];
  const close = async (): Promise<void> => {
    for (const each of opened.toReversed()) await each.close();
  };
  try {
    opened.push(await startKwok(cluster.kubeconfigPath));
    await createHosts(api, nodes);
    // Nodes run with the certificate of the first, which is made with its pod.
    const begun = Promise.withResolvers<Fleet>();
    await schedulePods(api, nodes, (pod) => void begun.promise.then((fleet) => fleet.run(pod)));
    const startMs = performance.now();
    for (const name of pools) {
      const spec = { region: name, replicas: nodes / pools.length, networking: { mode: 'PodIP' }, capacity };
      await api.create(poolsPath, { apiVersion: 'parley.dev/v1alpha1', kind: 'SFUPool', metadata: { name }, spec });
    }
    const fleet = startFleet(await cluster.mountSecret('default', `${pools[0]}-0-tls`));
    opened.push(fleet);
    begun.resolve(fleet);
    const patience = { deadlineMs: Math.max(120_000, nodes * patiencePerNodeMs), everyMs: 200 };
    await waitFor('every node to be ready', patience, async () => {
      const statuses = await Promise.all(pools.map((name) => api.get(`${poolsPath}/${name}`)));
      const ready = statuses.reduce((sum, { status }) => sum + Number(status?.['readyReplicas'] ?? 0), 0);
      return ready === nodes ? true : undefined;
    });
    const readySeconds = (performance.now() - startMs) / 1_000;
    const tlsDir = await cluster.mountSecret(systemNamespace, 'parley-signaling-tls');
    const follower = startFollower(cluster.operatorAddress, tlsCredentials(tlsDir));
    opened.push(follower);
    const allNodesLive = async (): Promise<void> => {
      await waitFor('every load stream', { deadlineMs: 60_000, everyMs: 50 }, async () => {
        const live = metricOf(await cluster.operator.metrics(), 'parley_operator_nodes', { contact: 'Live' });
        return live === nodes ? true : undefined;
      });
    };
    return { cluster, fleet, follower, readySeconds, allNodesLive, close };
  } catch (error) {
    await close();
    throw error;
  }
}

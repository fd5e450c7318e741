/**
 * From apply to Placed: one Meeting at a time, and 1,000 at once beside a bare client that does the same writes, events included. API server,
 * etcd and operator are the real ones; the node answers at once. A watch tells when a Meeting is Placed, in both cases.
 */
import { pause } from '@parley/e2e/deadline.js';
import { startFakeNode } from '@parley/operator/nodes/testing/fake-node.js';
import { tlsCredentials } from '@parley/proto/tls.js';
import { createMeetingClients } from '../meetings/clients.js';
import { runRounds, timeOf } from '../meetings/rounds.js';
import { meetingsPath, startLocalCluster } from '../process/local-cluster.js';
import { percentile, report } from '../report/figures.js';

const idleMeetings = 40;
const atOnce = 1_000;
const rounds = 3;
/** Until the operator runs compiled code, as one that has run for a while does. */
const warmUpMeetings = 600;

const cluster = await startLocalCluster();
const { api } = cluster;
try {
  await cluster.runPool({ name: 'eu', nodes: 1 }, ({ name, ip, tlsDir }) =>
    startFakeNode({ name, ip, credentials: tlsCredentials(tlsDir) }),
  );
  const clients = await createMeetingClients(api, 2);
  const idleMs: number[] = [];
  for (let index = 0; index < idleMeetings; index++) {
    const startMs = performance.now();
    idleMs.push((await clients.createAndAwait(`idle-${index}`)) - startMs);
    await pause(50);
  }
  const like = await api.get(`${meetingsPath('default')}/idle-0`);
  await timeOf(warmUpMeetings, (index) => clients.createAndPatch(`warm-${index}`, like));
  await timeOf(warmUpMeetings, (index) => clients.createAndAwait(`warm-${index}`));
  const outcome = await runRounds(clients, { rounds, atOnce, like });
  clients.stop();
  report(
    'placed',
    { idleP50Ms: percentile(idleMs, 0.5), idleP95Ms: percentile(idleMs, 0.95), ...outcome },
    { ratioToBareClient: '>= 0.8' },
  );
} finally {
  await cluster.close();
}

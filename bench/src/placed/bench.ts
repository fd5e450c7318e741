/**
 * From apply to Placed: one Meeting at a time, and 1,000 at once beside a bare client that does the same writes, events included. API server,
 * etcd and operator are the real ones; the node answers at once. A watch tells when a Meeting is Placed, in both cases.
 */
import { pause } from '@parley/e2e/deadline.js';
import { startFakeNode } from '@parley/operator/nodes/testing/fake-node.js';
import { tlsCredentials } from '@parley/proto/tls.js';
import { meetingsPath, startLocalCluster, unwatchedNamespace } from '../process/local-cluster.js';
import type { KubeApi, KubeObject } from '../process/kube-api.js';
import { percentile, report } from '../report/figures.js';

const idleMeetings = 40;
const atOnce = 1_000;
/** Each of as many Meetings by the operator and by the bare client, one after the other; the median counts. */
const rounds = 3;
/** Until the operator runs compiled code, as one that has run for a while does. */
const warmUpMeetings = 600;
const patienceMs = 60_000;
/** After so long the operator has sent what events it owes, and may write a burst of them again. */
const eventsRefillMs = 5_000;

interface Placements {
  /** Resolves with performance.now() of when it was seen Placed. */
  placed(name: string): Promise<number>;
  stop(): void;
}

async function watchPlacements(api: KubeApi, namespace: string): Promise<Placements> {
  const waiting = new Map<string, (atMs: number) => void>();
  const seen = new Map<string, number>();
  const last = new Map<string, unknown>();
  const stop = await api.watch(meetingsPath(namespace), ({ metadata, status }) => {
    last.set(metadata.name, status);
    if (status?.['phase'] !== 'Placed' || seen.has(metadata.name)) return;
    const atMs = performance.now();
    seen.set(metadata.name, atMs);
    waiting.get(metadata.name)?.(atMs);
  });
  return {
    stop,
    placed: (name) =>
      new Promise((resolve, reject) => {
        const atMs = seen.get(name);
        if (atMs !== undefined) {
          resolve(atMs);
          return;
        }
        const timer = setTimeout(
          () => reject(new Error(`${name} was not placed in time: ${JSON.stringify(last.get(name))}`)),
          patienceMs,
        );
        waiting.set(name, (placedAtMs) => {
          clearTimeout(timer);
          resolve(placedAtMs);
        });
      }),
  };
}

const eventsPath = (namespace: string): string => `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;

function meetingNamed(name: string): object {
  const spec = { title: name, expectedParticipants: 2 };
  return { apiVersion: 'parley.dev/v1alpha1', kind: 'Meeting', metadata: { name }, spec };
}

function eventLike(prefix: string, index: number): object {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${prefix}-${index}` },
    eventTime: new Date().toISOString().replace('Z', '000Z'),
    type: 'Normal',
    reason: 'RoomOnNode',
    action: 'Place',
    note: 'Placed on eu-0. The node has room for the size that the meeting is expected to have.',
    reportingController: 'parley.dev/operator',
    reportingInstance: 'operator',
    regarding: {
      apiVersion: 'parley.dev/v1alpha1',
      kind: 'Meeting',
      name: `${prefix}-${index}`,
      namespace: unwatchedNamespace,
    },
  };
}

const cluster = await startLocalCluster();
const { api } = cluster;
try {
  await cluster.runPool({ name: 'eu', nodes: 1 }, ({ name, ip, tlsDir }) =>
    startFakeNode({ name, ip, credentials: tlsCredentials(tlsDir) }),
  );
  const [real, bare] = await Promise.all([watchPlacements(api, 'default'), watchPlacements(api, unwatchedNamespace)]);
  const createAndAwait = async (name: string): Promise<number> => {
    await api.create(meetingsPath('default'), meetingNamed(name));
    return real.placed(name);
  };
  const createAndPatch = async (name: string, like: KubeObject): Promise<number> => {
    const path = meetingsPath(unwatchedNamespace);
    await api.create(path, meetingNamed(name));
    const { status } = like;
    await api.apply(`${path}/${name}/status`, {
      apiVersion: 'parley.dev/v1alpha1',
      kind: 'Meeting',
      metadata: { name },
      status,
    });
    return bare.placed(name);
  };
  const timeOf = async (count: number, one: (index: number) => Promise<number>): Promise<number> => {
    const startMs = performance.now();
    const ends = await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
    return Math.max(...ends) - startMs;
  };
  /** Those that the operator wrote about Meetings; it limits how many. */
  const countEvents = async (): Promise<number> => ((await api.get(eventsPath('default'))).items ?? []).length;
  const writeEvents = async (prefix: string, count: number): Promise<void> => {
    for (let index = 0; index < count; index++)
      await api.create(eventsPath(unwatchedNamespace), eventLike(prefix, index));
  };

  const idleMs: number[] = [];
  for (let index = 0; index < idleMeetings; index++) {
    const startMs = performance.now();
    idleMs.push((await createAndAwait(`idle-${index}`)) - startMs);
    await pause(50);
  }
  const like = await api.get(`${meetingsPath('default')}/idle-0`);
  await timeOf(warmUpMeetings, (index) => createAndPatch(`warm-${index}`, like));
  await timeOf(warmUpMeetings, (index) => createAndAwait(`warm-${index}`));
  const all: { readonly realMs: number; readonly bareMs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    await pause(eventsRefillMs);
    const eventsBefore = await countEvents();
    const realMs = await timeOf(atOnce, (index) => createAndAwait(`round-${round}-${index}`));
    const events = (await countEvents()) - eventsBefore;
    await pause(eventsRefillMs);
    const [bareMs] = await Promise.all([
      timeOf(atOnce, (index) => createAndPatch(`round-${round}-${index}`, like)),
      writeEvents(`round-${round}`, events),
    ]);
    all.push({ realMs, bareMs });
  }
  real.stop();
  bare.stop();
  const median = (of: (round: (typeof all)[number]) => number): number => percentile(all.map(of), 0.5);
  report(
    'placed',
    {
      idleP50Ms: percentile(idleMs, 0.5),
      idleP95Ms: percentile(idleMs, 0.95),
      perSecond: median(({ realMs }) => (atOnce * 1_000) / realMs),
      bareClientPerSecond: median(({ bareMs }) => (atOnce * 1_000) / bareMs),
      ratioToBareClient: median(({ realMs, bareMs }) => bareMs / realMs),
    },
    { ratioToBareClient: '>= 0.8' },
  );
} finally {
  await cluster.close();
}

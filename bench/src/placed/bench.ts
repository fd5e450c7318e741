/**
 * From apply to Placed: one Meeting at a time, and 1,000 at once beside a bare client that does the same writes. API server,
 * etcd and operator are the real ones; the node answers at once. A watch tells when a Meeting is Placed, in both cases.
 */
import { pause } from '@parley/e2e/deadline.js';
import { meetingsPath, startLocalCluster, unwatchedNamespace } from '../process/local-cluster.js';
import type { KubeApi, KubeObject } from '../process/kube-api.js';
import { percentile, report } from '../report/figures.js';
import { startFakeNode } from './fake-node.js';

const idleMeetings = 40;
const atOnce = 1_000;
const warmUpMeetings = 100;
const patienceMs = 60_000;

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

function meetingNamed(name: string): object {
  const spec = { title: name, expectedParticipants: 2 };
  return { apiVersion: 'parley.dev/v1alpha1', kind: 'Meeting', metadata: { name }, spec };
}

const cluster = await startLocalCluster();
const { api } = cluster;
try {
  await cluster.runPool('eu', startFakeNode);
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

  const idleMs: number[] = [];
  for (let index = 0; index < idleMeetings; index++) {
    const startMs = performance.now();
    idleMs.push((await createAndAwait(`idle-${index}`)) - startMs);
    await pause(50);
  }
  const like = await api.get(`${meetingsPath('default')}/idle-0`);
  await timeOf(warmUpMeetings, (index) => createAndPatch(`warm-${index}`, like));
  await timeOf(warmUpMeetings, (index) => createAndAwait(`warm-${index}`));
  // Half of the bare writes go before and half after, so that both see the same machine.
  let bareMs = await timeOf(atOnce / 2, (index) => createAndPatch(`before-${index}`, like));
  await pause(1_000);
  const realMs = await timeOf(atOnce, (index) => createAndAwait(`at-once-${index}`));
  await pause(1_000);
  bareMs += await timeOf(atOnce / 2, (index) => createAndPatch(`after-${index}`, like));
  real.stop();
  bare.stop();
  const perSecond = (ms: number): number => (atOnce * 1_000) / ms;
  report(
    'placed',
    {
      idleP50Ms: percentile(idleMs, 0.5),
      idleP95Ms: percentile(idleMs, 0.95),
      perSecond: perSecond(realMs),
      bareClientPerSecond: perSecond(bareMs),
      ratioToBareClient: bareMs / realMs,
    },
    { ratioToBareClient: '>= 0.8' },
  );
} finally {
  await cluster.close();
}

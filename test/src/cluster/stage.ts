/** What most end-to-end tests need: two pools in two regions, one namespace, and meetings in it. */
import type { MeetingSpec } from '@parley/crds/meeting.js';
import { waitFor, waitUntil } from '../deadline.js';
import { applyObjects, getObject, isReady, listObjects, type Meeting, type Pod, type SFUPool } from './kubectl.js';
import { readMetrics, type PodMetrics } from './pod-metrics.js';

export const namespace = 'e2e';
/** Two nodes in eu, one on each host; one in us. Ports are kept away from the demo's, which may be on the same hosts. */
export const pools = [
  { name: 'eu', region: 'eu', replicas: 2, workers: 2, rtcPort: 43_000 },
  { name: 'us', region: 'us', replicas: 1, workers: 1, rtcPort: 43_100 },
] as const;

export interface PoolWish {
  readonly name: string;
  readonly region: string;
  readonly replicas: number;
  readonly workers: number;
  readonly rtcPort: number;
  readonly capacity?: {
    readonly participants: number;
    readonly consumers: number;
    readonly packetsPerSecond?: number;
  };
  /** The only one that its nodes may run on. */
  readonly host?: string;
}

export async function ensurePools(wanted: readonly PoolWish[] = pools): Promise<void> {
  await applyObjects([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ...wanted.map(({ name, region, replicas, workers, rtcPort, capacity, host }) => ({
      apiVersion: 'parley.dev/v1alpha1',
      kind: 'SFUPool',
      metadata: { name, namespace },
      spec: {
        region,
        replicas,
        workers,
        ...(capacity !== undefined && { capacity }),
        networking: { rtcPort },
        template: {
          resources: { requests: { cpu: '50m', memory: '128Mi' } },
          ...(host !== undefined && { nodeSelector: { 'kubernetes.io/hostname': host } }),
        },
      },
    })),
  ]);
  await Promise.all(wanted.map(({ name }) => poolReady(name)));
}

export async function poolReady(name: string): Promise<SFUPool> {
  return waitUntil(
    `pool ${name} is Ready`,
    { deadlineMs: 90_000, everyMs: 300 },
    () => getObject<SFUPool>('sfupool', name, namespace),
    ({ metadata, status }) =>
      status?.conditions?.some(
        ({ type, status: is, observedGeneration }) =>
          type === 'Ready' && is === 'True' && observedGeneration === (metadata as { generation?: number }).generation,
      ) === true,
  );
}

/** Spec fields beside pools, which are both unless said otherwise. */
export type MeetingWish = Partial<MeetingSpec>;

/** Applies a Meeting, and waits until people can join. @returns its id. */
export async function openMeeting(name: string, wish: MeetingWish = {}): Promise<string> {
  const spec = { pools: pools.map((pool) => ({ name: pool.name })), title: name, ...wish };
  await applyObjects([{ apiVersion: 'parley.dev/v1alpha1', kind: 'Meeting', metadata: { name, namespace }, spec }]);
  return placed(name);
}

export async function placed(name: string): Promise<string> {
  const meeting = await waitUntil(
    `meeting ${name} is Placed`,
    { deadlineMs: 30_000 },
    () => getMeeting(name),
    ({ status }) => (status?.phase === 'Placed' || status?.phase === 'Active') && status.meetingId !== undefined,
  );
  return meeting.status?.meetingId ?? '';
}

export async function getMeeting(name: string): Promise<Meeting> {
  return getObject<Meeting>('meeting', name, namespace);
}

export async function nodePods(pool?: string): Promise<readonly Pod[]> {
  const pods = await listObjects<Pod>(
    'pods',
    namespace,
    pool === undefined ? 'parley.dev/pool' : `parley.dev/pool=${pool}`,
  );
  return pods.filter(isReady);
}

export async function nodePod(name: string): Promise<Pod> {
  return getObject<Pod>('pod', name, namespace);
}

/** A metric summed over nodes. */
export async function sumOverNodes(read: (metrics: PodMetrics) => number): Promise<number> {
  const values = await Promise.all((await nodePods()).map(async (pod) => read(await readMetrics(pod))));
  return values.reduce((sum, value) => sum + value, 0);
}

const held = ['rooms', 'participants', 'producers', 'consumers', 'transports', 'relays'] as const;

/** What the nodes of both pools hold together. */
export async function heldByNodes(): Promise<Readonly<Record<string, number>>> {
  const metrics = await Promise.all((await nodePods()).map(readMetrics));
  return Object.fromEntries(
    [...held.map((what) => `parley_node_${what}`), 'parley_relay_pipes', 'parley_relay_piped_producers'].map((name) => [
      name,
      metrics.reduce((sum, pod) => sum + pod.sum(name), 0),
    ]),
  );
}

/** Waits until nodes hold nothing at all; router, ports and pipes are given back. */
export async function nodesAreEmpty(deadlineMs = 15_000): Promise<void> {
  await waitUntil('nothing is left on any node', { deadlineMs, everyMs: 300 }, heldByNodes, (sums) =>
    Object.values(sums).every((value) => value === 0),
  );
}

/** Waits for a line of `kubectl get`. */
export async function waitForText(what: string, look: () => Promise<string>, pattern: RegExp): Promise<string> {
  return waitFor(what, { deadlineMs: 15_000, everyMs: 300 }, async () => {
    const text = await look();
    if (!pattern.test(text)) throw new Error(text);
    return text;
  });
}

import type { SFUPool } from '@parley/crds/sfu-pool.js';
import { DRAIN_ANNOTATION, REVISION_LABEL } from '@parley/crds/labels.js';
import { nodeStateOf, type NodeState, type PodFacts } from '../core/pool/node-phase.js';
import { revisionOf, type NodeImage } from '../core/pool/node-pod.js';
import { hostSignalOf } from '../core/pool/host-signal.js';
import type { HostSignal, ObservedMeeting, ObservedNode, PoolWorld } from '../core/pool/world.js';
import type { NodeFacts } from '../core/status/pool-status.js';
import type { Placement } from '../core/topology/topology.js';
import type { Clock } from '../kube/clock.js';
import { objectKey } from '../kube/kube-resource.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { MeetingStore } from '../meetings/meeting-store.js';
import type { Departures } from '../nodes/departures.js';
import type { NodeDirectory } from '../nodes/node-directory.js';
import { isReady, type NodeViews } from '../nodes/node-views.js';
import type { Host } from '../resources/host-resource.js';
import type { NodePod } from '../resources/pod-resource.js';
import type { ScheduledMeetings } from '../meetings/scheduled-meetings.js';
import type { NodeCertificates } from './node-certificates.js';
import { isToGo, parsePodDrain } from './pod-drain.js';

export interface ObservePoolDeps {
  readonly pods: ObjectCache<NodePod, 'pool'>;
  readonly directory: NodeDirectory;
  readonly views: NodeViews;
  readonly hosts: ObjectCache<Host>;
  readonly departures: Pick<Departures, 'get'>;
  readonly store: Pick<MeetingStore, 'get'>;
  readonly certificates: NodeCertificates;
  readonly scheduled: Pick<ScheduledMeetings, 'near'>;
  readonly defaultImage: NodeImage;
  readonly clock: Clock;
}

export interface ObservedPool {
  readonly world: PoolWorld;
  readonly nodes: readonly NodeFacts[];
  readonly pods: ReadonlyMap<string, NodePod>;
  /** When to look again, as not all certificates could be read this time. */
  readonly againAfterMs: number | undefined;
}

export interface ObservePoolInput {
  readonly pool: SFUPool;
  /** Nodes. */
  readonly desired: number;
  readonly signal: AbortSignal;
}

export async function observePool(
  deps: ObservePoolDeps,
  { pool, desired, signal }: ObservePoolInput,
): Promise<ObservedPool> {
  const pods = deps.pods.byIndex('pool', objectKey(pool.metadata));
  const { certificates, againAfterMs } = await deps.certificates.observe(
    pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
    signal,
  );
  const states = new Map(pods.map((pod) => [pod.metadata.name, nodeStateOf(podFactsOf(deps, pod))]));
  const leavingSoon = peopleLeavingSoon(deps, pool.metadata.namespace);
  const world: PoolWorld = {
    name: pool.metadata.name,
    desired,
    drain: pool.spec.drain,
    update: pool.spec.update,
    revision: revisionOf({ pool: pool.metadata, spec: pool.spec, defaultImage: deps.defaultImage }),
    nodes: pods.map((pod) => ({
      name: pod.metadata.name,
      uid: pod.metadata.uid,
      revision: pod.metadata.labels[REVISION_LABEL] ?? '',
      phase: states.get(pod.metadata.name)?.phase ?? 'Pending',
      createdAtMs: Date.parse(pod.metadata.creationTimestamp),
      participants: participantsOn(deps, pod),
      leavingSoon: leavingSoon.get(objectKey(pod.metadata)) ?? 0,
      streams: deps.directory.report(objectKey(pod.metadata))?.load.consumers ?? 0,
      drainRequested: isDrainRequested(pod),
      hostSignal: signalOf(deps, pool, pod),
      drain: parsePodDrain(pod, deps.clock.nowMs()),
      deletion: deletionOf(pod),
      meetings: meetingsOn(deps, pod),
    })),
    certificates,
    nowMs: deps.clock.nowMs(),
  };
  const nodes = pods.map((pod) => nodeFactsOf(deps, pod, states.get(pod.metadata.name)));
  return { world, nodes, pods: new Map(pods.map((pod) => [pod.metadata.name, pod])), againAfterMs };
}

/** As long as a drain may take, unless it is told otherwise. */
const SOON_MS = 600_000;

/** By node: those whose meetings end soon. Costs as much as there are such meetings. */
function peopleLeavingSoon(
  { scheduled, directory, clock }: ObservePoolDeps,
  namespace: string,
): ReadonlyMap<string, number> {
  const leaving = new Map<string, number>();
  for (const { meetingId, endMs } of scheduled.near(namespace)) {
    if (endMs > clock.nowMs() + SOON_MS) continue;
    for (const node of directory.holders(meetingId)) {
      const people = directory.meetingReport(node, meetingId)?.participants ?? 0;
      leaving.set(node, (leaving.get(node) ?? 0) + people);
    }
  }
  return leaving;
}

function isDrainRequested({ metadata }: NodePod): boolean {
  const asked = metadata.annotations[DRAIN_ANNOTATION];
  return asked !== undefined && asked !== 'false';
}

function signalOf({ hosts }: ObservePoolDeps, pool: SFUPool, pod: NodePod): HostSignal | undefined {
  const host = pod.spec.nodeName === undefined ? undefined : hosts.get(pod.spec.nodeName);
  return hostSignalOf(
    pool.spec.drain,
    host && { unschedulable: host.spec.unschedulable, taints: host.spec.taints.map(({ key }) => key) },
  );
}

function deletionOf({ metadata }: NodePod): ObservedNode['deletion'] {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata;
  if (deletionTimestamp === undefined) return undefined;
  const killedAtMs = Date.parse(deletionTimestamp);
  return { sinceMs: killedAtMs - deletionGracePeriodSeconds * 1000, killedAtMs };
}

function meetingsOn({ directory, departures, store }: ObservePoolDeps, pod: NodePod): readonly ObservedMeeting[] {
  if (!isToGo(pod)) return [];
  const key = objectKey(pod.metadata);
  return [...directory.meetingsOn(key)]
    .map((meetingId) => ({
      meetingId,
      participants: directory.meetingReport(key, meetingId)?.participants ?? 0,
      departure: departures.get(key, meetingId),
      moving: store.get(meetingId)?.topology.placements.some(isDrainingOn(pod)) ?? false,
    }))
    .filter(({ participants }) => participants > 0);
}

function isDrainingOn({ metadata }: NodePod) {
  return ({ node, draining }: Pick<Placement, 'node' | 'draining'>): boolean => draining && node === metadata.name;
}

function nodeFactsOf(deps: ObservePoolDeps, pod: NodePod, state: NodeState | undefined): NodeFacts {
  return {
    name: pod.metadata.name,
    state: state ?? { phase: 'Pending', reason: undefined, message: '' },
    host: pod.spec.nodeName,
    announcedAddresses: deps.views.announcedAddresses(pod),
    participants: participantsOn(deps, pod),
  };
}

/** Also of a node that is lost: its people may still be there. */
function participantsOn({ directory }: ObservePoolDeps, pod: NodePod): number {
  return directory.report(objectKey(pod.metadata))?.load.participants ?? 0;
}

function podFactsOf({ views, directory }: ObservePoolDeps, pod: NodePod): PodFacts {
  const scheduled = pod.status.conditions.find(({ type }) => type === 'PodScheduled');
  const waiting = pod.status.containerStatuses[0]?.state?.waiting;
  return {
    deleting: pod.metadata.deletionTimestamp !== undefined,
    phase: pod.status.phase,
    scheduled: pod.spec.nodeName !== undefined,
    unschedulableMessage: scheduled?.reason === 'Unschedulable' ? (scheduled.message ?? '') : undefined,
    ready: isReady(pod),
    waitingReason: waiting?.reason,
    waitingMessage: waiting?.message,
    announcedAddresses: views.announcedAddresses(pod),
    reachable: directory.contact(objectKey(pod.metadata)) === 'Live',
  };
}

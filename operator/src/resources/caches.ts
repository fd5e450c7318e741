/** What the operator watches. Standbys do too: whoever comes to lead starts with warm caches. */
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import {
  APP_MANAGED_BY_LABEL,
  POOL_LABEL,
  RECORDER_LABEL,
  RECORDING_ANNOTATION,
  TURN_POOL_LABEL,
} from '@parley/crds/labels.js';
import type { RecordingJob } from '@parley/crds/recording-job.js';
import type { SFUPool } from '@parley/crds/sfu-pool.js';
import { MANAGED_BY } from '../certificates/authority-secret.js';
import type { IndexFunctions } from '../kube/object-cache.js';
import { createReflector, type Reflector, type ReflectorDeps } from '../kube/reflector.js';
import { poolKeyOf } from '../nodes/node-views.js';
import { BATCH_JOBS, type BatchJob } from './batch-job-resource.js';
import { HOSTS, type Host } from './host-resource.js';
import { MEETINGS, RECORDING_JOBS, SFU_POOLS } from './parley-resources.js';
import { PODS, type NodePod } from './pod-resource.js';
import { RECORDER_PODS, type RecorderPod } from './recorder-pod-resource.js';
import { isSameButVersion } from './same-but-version.js';
import { SECRETS, type Secret } from './secret-resource.js';

export type PodIndex = 'namespace' | 'pool' | 'host';
export type TurnPodIndex = 'pool' | 'host';
export type MeetingIndex = 'namespace' | 'meetingId';
export type RecordingIndex = 'meeting';
/** By the key of their RecordingJob. */
export type RecorderIndex = 'recording';

export interface OperatorCaches {
  readonly meetings: Reflector<Meeting, MeetingIndex>;
  readonly pools: Reflector<SFUPool, 'namespace'>;
  readonly pods: Reflector<NodePod, PodIndex>;
  /** Of TURN servers. */
  readonly turnPods: Reflector<NodePod, TurnPodIndex>;
  readonly hosts: Reflector<Host>;
  /** Of the operator's own namespace, and made by it. */
  readonly secrets: Reflector<Secret>;
  readonly recordings: Reflector<RecordingJob, RecordingIndex>;
  /** The batch Jobs of recorders, and their pods. */
  readonly recorderJobs: Reflector<BatchJob, RecorderIndex>;
  readonly recorderPods: Reflector<RecorderPod, RecorderIndex>;
  synced(signal: AbortSignal): Promise<void>;
  hasSynced(): boolean;
  close(): Promise<void>;
}

export const POD_INDEXES: IndexFunctions<NodePod, PodIndex> = {
  namespace: (pod) => pod.metadata.namespace,
  pool: poolKeyOf,
  host: (pod) => pod.spec.nodeName,
};

export const TURN_POD_INDEXES: IndexFunctions<NodePod, TurnPodIndex> = {
  pool: turnPoolKeyOf,
  host: (pod) => pod.spec.nodeName,
};

export const RECORDING_INDEXES: IndexFunctions<RecordingJob, RecordingIndex> = { meeting: meetingKeyOf };
export const RECORDER_JOB_INDEXES: IndexFunctions<BatchJob, RecorderIndex> = { recording: recordingKeyOf };

/** Of the Meeting that it records. */
export function meetingKeyOf({ metadata, spec }: RecordingJob): string {
  return `${metadata.namespace}/${spec.meetingRef.name}`;
}

/** Of the RecordingJob that a recorder's Job or pod is for. */
export function recordingKeyOf({ metadata }: BatchJob | RecorderPod): string {
  return `${metadata.namespace}/${metadata.annotations[RECORDING_ANNOTATION] ?? ''}`;
}

/** The pool of a TURN server's pod. */
export function turnPoolKeyOf({ metadata }: NodePod): string {
  return `${metadata.namespace}/${metadata.labels[TURN_POOL_LABEL] ?? ''}`;
}

type Shared = Pick<ReflectorDeps<Meeting>, 'client' | 'clock' | 'random' | 'metrics' | 'log'>;

export interface CachesDeps extends Shared {
  /** Undefined: all namespaces. */
  readonly watchNamespace: string | undefined;
  readonly ownNamespace: string;
}

export function createCaches(deps: CachesDeps): OperatorCaches {
  const { client, clock, random, metrics, log } = deps;
  const shared: Shared = { client, clock, random, metrics, log };
  const watched = { ...shared, ...(deps.watchNamespace !== undefined && { namespace: deps.watchNamespace }) };
  const meetings = createReflector<Meeting, MeetingIndex>({
    ...watched,
    resource: MEETINGS,
    indexes: {
      namespace: (meeting) => meeting.metadata.namespace,
      meetingId: (meeting) => meetingIdOf(meeting.metadata.uid),
    },
  });
  const pools = createReflector<SFUPool, 'namespace'>({
    ...watched,
    resource: SFU_POOLS,
    indexes: { namespace: (pool) => pool.metadata.namespace },
  });
  const pods = createReflector<NodePod, PodIndex>({
    ...watched,
    resource: PODS,
    labelSelector: POOL_LABEL,
    indexes: POD_INDEXES,
    isNoChange: isSameButVersion,
  });
  const turnPods = createReflector<NodePod, TurnPodIndex>({
    ...watched,
    resource: PODS,
    name: 'turn-pods',
    labelSelector: TURN_POOL_LABEL,
    indexes: TURN_POD_INDEXES,
    isNoChange: isSameButVersion,
  });
  const hosts = createReflector<Host>({ ...shared, resource: HOSTS, name: 'hosts', isNoChange: isSameButVersion });
  const secrets = createReflector<Secret>({
    ...shared,
    resource: SECRETS,
    namespace: deps.ownNamespace,
    labelSelector: `${APP_MANAGED_BY_LABEL}=${MANAGED_BY}`,
  });
  const recordings = createReflector<RecordingJob, RecordingIndex>({
    ...watched,
    resource: RECORDING_JOBS,
    indexes: RECORDING_INDEXES,
  });
  const recorderJobs = createReflector<BatchJob, RecorderIndex>({
    ...watched,
    resource: BATCH_JOBS,
    name: 'recorder-jobs',
    labelSelector: RECORDER_LABEL,
    indexes: RECORDER_JOB_INDEXES,
    isNoChange: isSameButVersion,
  });
  const recorderPods = createReflector<RecorderPod, RecorderIndex>({
    ...watched,
    resource: RECORDER_PODS,
    name: 'recorder-pods',
    labelSelector: RECORDER_LABEL,
    indexes: { recording: recordingKeyOf },
    isNoChange: isSameButVersion,
  });
  const all = [meetings, pools, pods, turnPods, hosts, secrets, recordings, recorderJobs, recorderPods];
  return {
    meetings,
    pools,
    pods,
    turnPods,
    hosts,
    secrets,
    recordings,
    recorderJobs,
    recorderPods,
    synced: async (signal) => {
      await Promise.all(all.map((reflector) => reflector.synced(signal)));
    },
    hasSynced: () => all.every((reflector) => reflector.hasSynced()),
    close: async () => {
      await Promise.all(all.map((reflector) => reflector.close()));
    },
  };
}

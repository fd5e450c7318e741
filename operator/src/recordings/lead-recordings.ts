/** Recordings' part of a term of leadership: what it knows, its controllers, and what makes them look. */
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { RecordingJob } from '@parley/crds/recording-job.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Logger } from 'pino';
import type { CertificateIssuer } from '../certificates/issuer.js';
import type { OperatorConfig } from '../config.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import { createControllerLoop, type ControllerLoop, type ControllerLoopDeps } from '../kube/controller-loop.js';
import type { EventRecorder } from '../kube/event-recorder.js';
import type { KubeMetrics } from '../kube/metrics.js';
import { createOverlay } from '../kube/overlay.js';
import { createCompletion } from '../leader/completion.js';
import type { LeaderMemory } from '../leader/leader-memory.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import type { RecordingMetrics } from '../metrics/recording-metrics.js';
import {
  RECORDER_JOB_INDEXES,
  RECORDING_INDEXES,
  recordingKeyOf,
  type OperatorCaches,
  type RecorderIndex,
  type RecordingIndex,
} from '../resources/caches.js';
import type { BatchJob } from '../resources/batch-job-resource.js';
import { createAutomaticReconciler } from './automatic.js';
import { createRecordingReconciler } from './controller.js';
import { followRecordingEvents } from './events.js';
import { createHostRecordings, type HostRecordings } from './host-recordings.js';
import { siteOf } from './meeting-site.js';
import { createMeetingPresence } from './presence.js';
import { createRecorderDirectory } from './recorder-directory.js';
import { createRecordingQueue } from './recording-queue.js';
import { createRecordingTaps } from './recording-taps.js';
import { createStorageSecrets } from './storage-secrets.js';
import { createWrittenStatuses } from './written-statuses.js';

export interface LeadRecordingsDeps {
  readonly config: Pick<OperatorConfig, 'recorderImage' | 'recorderPullSecrets' | 'recordingLimits'>;
  readonly caches: OperatorCaches;
  readonly memory: LeaderMemory;
  readonly writer: ObjectWriter;
  readonly hostWriter: ObjectWriter;
  readonly events: EventRecorder;
  readonly issuer: CertificateIssuer;
  readonly credentials: RpcCredentials;
  readonly clock: Clock;
  readonly random: () => number;
  readonly kubeMetrics: KubeMetrics;
  readonly metrics: OperatorMetrics;
  readonly recordingMetrics: RecordingMetrics;
  readonly log: Logger;
}

export interface RecordingLeadership {
  readonly host: HostRecordings;
  run(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const RECORDINGS_AT_ONCE = 16;
const MEETINGS_AT_ONCE = 8;
const DEADLINE_MS = 15_000;

export function leadRecordings(deps: LeadRecordingsDeps): RecordingLeadership {
  const { caches, memory, clock, random, recordingMetrics, log } = deps;
  const meetings = caches.meetings.cache;
  const recorderJobs = createOverlay<BatchJob, RecorderIndex>({
    ...{ below: caches.recorderJobs, indexes: RECORDER_JOB_INDEXES, clock },
    onExpired: (key) => enqueueOwner(key),
  });
  const made = createOverlay<RecordingJob, RecordingIndex>({
    below: caches.recordings,
    indexes: RECORDING_INDEXES,
    clock,
  });
  const presence = createMeetingPresence({ ...memory, meetings, changes: caches.meetings.changes, clock });
  const recorders = createRecorderDirectory({
    ...deps,
    feed: memory.feed,
    pods: caches.recorderPods.cache,
    changes: caches.recorderPods.changes,
  });
  const queue = createRecordingQueue({
    recordings: caches.recordings.cache,
    changes: caches.recordings.changes,
    poolChanges: caches.pools.changes,
    limits: {
      ...deps.config.recordingLimits,
      ofPool: (pool) => caches.pools.cache.get(pool)?.spec.recording?.maxConcurrent,
    },
    clock,
  });
  const statuses = createWrittenStatuses({ ...deps, counts: memory.counts, enqueue: (key) => recordings.enqueue(key) });
  const taps = createRecordingTaps(memory.recorders);
  const completion = createCompletion(caches.recordings.cache.keys(), () => taps.markComplete());
  const reconcile = createRecordingReconciler({
    ...deps,
    ...{ meetings, recorderJobs, presence, recorders, queue, statuses },
    secrets: createStorageSecrets(deps.writer, clock),
    metrics: recordingMetrics,
    recordings: caches.recordings.cache,
    recorderPods: caches.recorderPods.cache,
    taps,
    onDecided: (key) => completion.done(key),
    hearsMeeting: ({ metadata }: Meeting) =>
      memory.directory.holders(meetingIdOf(metadata.uid)).some((node) => memory.directory.contact(node) === 'Live'),
    site: (meeting: Meeting) =>
      siteOf({ store: memory.store, pods: caches.pods.cache, hosts: caches.hosts.cache }, meeting),
    image: deps.config.recorderImage,
    pullSecrets: deps.config.recorderPullSecrets,
  });
  const loop = (
    name: string,
    own: Pick<ControllerLoopDeps, 'sources' | 'reconcile' | 'maxConcurrent'>,
  ): ControllerLoop =>
    createControllerLoop({ ...own, name, deadlineMs: DEADLINE_MS, clock, random, metrics: deps.kubeMetrics, log });
  const recordings = loop('recordings', {
    ...{ sources: [caches.recordings.changes], reconcile, maxConcurrent: RECORDINGS_AT_ONCE },
  });
  const automatic = loop('automatic-recordings', {
    sources: [caches.meetings.changes],
    reconcile: createAutomaticReconciler({
      ...{ meetings, recordings: made, presence, writer: deps.writer, metrics: recordingMetrics, clock },
    }),
    maxConcurrent: MEETINGS_AT_ONCE,
  });
  function enqueueOwner(key: string): void {
    const job = caches.recorderJobs.cache.get(key);
    if (job !== undefined) recordings.enqueue(recordingKeyOf(job));
  }
  const stopFollowing = followRecordingEvents({
    ...{ caches, presence, recorders, queue, statuses },
    enqueue: (key) => recordings.enqueue(key),
    enqueueMeeting: (key) => automatic.enqueue(key),
  });
  const stopCounting = deps.kubeMetrics.beforeScrape(() => {
    recordingMetrics.queued.set(queue.waiting);
    recordingMetrics.recording.set(queue.recording);
  });
  return {
    host: createHostRecordings({ ...deps, meetings, recordings: made, metrics: recordingMetrics }),
    run: async (signal) => {
      await Promise.all([recordings.run(signal), automatic.run(signal)]);
    },
    close: async () => {
      stopFollowing();
      stopCounting();
      recordingMetrics.queued.set(0);
      recordingMetrics.recording.set(0);
      queue.close();
      presence.close();
      recorderJobs.close();
      made.close();
      await recorders.close();
    },
  };
}

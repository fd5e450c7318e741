/** Recordings on a test bed: the test plays Kubernetes' Job controller, scheduler and kubelet, and fake recorders play the pods. */
import { create, toJsonString } from '@bufbuild/protobuf';
import {
  RecorderPhase,
  RecorderReportSchema,
  RecordingEndReason,
  RecordingOutputKind,
} from '@parley/proto/gen/parley/v1/recorder_pb.js';
import { nextLoopbackAddress } from '../../../src/nodes/testing/fake-node.js';
import { eventually, type KubeJson } from './cluster-client.js';
import { startFakeRecorder, type FakeRecorder, type ReportInit } from './fake-recorder.js';
import { paths, PODS, type TestBed } from './test-bed.js';

export const RECORDINGS = '/apis/parley.dev/v1alpha1/namespaces/default/recordingjobs';
export const JOBS = '/apis/batch/v1/namespaces/default/jobs';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface RecordingBed {
  create(name: string, spec?: object): Promise<KubeJson>;
  get(name: string): Promise<KubeJson | undefined>;
  status(name: string): Promise<Record<string, unknown>>;
  condition(name: string, type?: string): Promise<Condition>;
  /** Until the phase and the reason of its condition Complete are these. */
  becomes(name: string, phase: string, reason?: string): Promise<Record<string, unknown>>;
  patch(name: string, spec: object): Promise<KubeJson>;
  delete(name: string): Promise<void>;
  /** Its batch Job; `del`: the one that deletes what it has stored. */
  jobOf(name: string, suffix?: string): Promise<KubeJson | undefined>;
  /** Waits for the batch Job, and runs a pod of it. */
  run(name: string): Promise<FakeRecorder>;
  /** Its recorder has ended by itself, with 0 and these last words. */
  exit(recorder: FakeRecorder, report: ReportInit | undefined, exitCode?: number): Promise<void>;
  /** As Kubernetes' Job controller says of a batch Job that is over. */
  finish(job: KubeJson, type: 'Complete' | 'Failed', reason?: string): Promise<void>;
  removePod(name: string): Promise<void>;
  close(): Promise<void>;
}

const S3 = { s3: { bucket: 'recordings', endpoint: 'http://s3:7070' } };

export const STARTED_MS: number = Math.floor(Date.now() / 1000) * 1000 - 60_000;
/** What a recorder says that records since a minute. */
export const RECORDING: ReportInit = {
  phase: RecorderPhase.RECORDING,
  startedAtMs: BigInt(STARTED_MS),
  ...{ recordedMs: 60_000n, tracks: 2, segments: 30, uploadedBytes: 5_000n },
};
export const DONE: ReportInit = {
  ...RECORDING,
  phase: RecorderPhase.DONE,
  endedAtMs: BigInt(STARTED_MS + 60_000),
  endReason: RecordingEndReason.STOPPED,
  progressPercent: 100,
  outputs: [
    {
      ...{ kind: RecordingOutputKind.MP4, key: 'x/outputs/recording.mp4', bytes: 1_000n, durationMs: 60_000n },
      sha256: 'ab'.repeat(32),
    },
  ],
};

export function createRecordingBed(bed: TestBed): RecordingBed {
  const recorders = new Set<FakeRecorder>();
  const { cluster } = bed;
  let pods = 0;

  const get = (name: string): Promise<KubeJson | undefined> => cluster.get(`${RECORDINGS}/${name}`);
  const status = async (name: string): Promise<Record<string, unknown>> => (await get(name))?.status ?? {};
  const condition = async (name: string, type = 'Complete'): Promise<Condition> => {
    const conditions = ((await status(name))['conditions'] ?? []) as Condition[];
    return conditions.find((each) => each.type === type) ?? { type, status: '', reason: '', message: '' };
  };
  const jobOf = async (name: string, suffix?: string): Promise<KubeJson | undefined> =>
    (await cluster.list(JOBS)).find(
      ({ metadata }) =>
        (metadata['annotations'] as Record<string, string> | undefined)?.['parley.dev/recording'] === name &&
        metadata.name.endsWith('-del') === (suffix === 'del') &&
        metadata['deletionTimestamp'] === undefined,
    );
  return {
    create: (name, spec = {}) =>
      cluster.create(RECORDINGS, {
        ...{ apiVersion: 'parley.dev/v1alpha1', kind: 'RecordingJob', metadata: { name } },
        spec: { meetingRef: { name: 'daily' }, storage: S3, ...spec },
      }),
    get,
    status,
    condition,
    becomes: (name, phase, reason) =>
      eventually(async () => {
        const now = await status(name);
        const { reason: because } = await condition(name);
        if (now['phase'] !== phase || (reason !== undefined && because !== reason))
          throw new Error(`${name} is ${String(now['phase'])}, ${because}, not ${phase}, ${reason ?? 'whatever'}`);
        return now;
      }),
    patch: (name, spec) => cluster.merge(`${RECORDINGS}/${name}`, { spec }),
    delete: (name) => cluster.delete(`${RECORDINGS}/${name}`),
    jobOf,
    run: async (name) => {
      const job = await eventually(async () => {
        const found = await jobOf(name);
        if (found === undefined) throw new Error(`there is no batch Job of ${name}`);
        return found;
      });
      const template = (job.spec?.['template'] ?? {}) as { metadata: object; spec: object };
      pods += 1;
      const pod = `${job.metadata.name}-p${String(pods)}`;
      const recorder = await startFakeRecorder(pod, nextLoopbackAddress());
      recorders.add(recorder);
      const { metadata, spec } = template;
      await cluster.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: pod }, spec });
      await cluster.create(`${paths.pod(pod)}/binding`, {
        ...{ apiVersion: 'v1', kind: 'Binding', metadata: { name: pod } },
        target: { apiVersion: 'v1', kind: 'Node', name: 'host-a' },
      });
      await cluster.merge(`${paths.pod(pod)}/status`, {
        status: {
          ...{ phase: 'Running', podIP: recorder.ip, podIPs: [{ ip: recorder.ip }] },
          containerStatuses: [containerStatus({ running: { startedAt: new Date().toISOString() } })],
        },
      });
      return recorder;
    },
    exit: async (recorder, report, exitCode = 0) => {
      await recorder.close();
      recorders.delete(recorder);
      const message = report && toJsonString(RecorderReportSchema, create(RecorderReportSchema, report));
      await cluster.merge(`${paths.pod(recorder.name)}/status`, {
        status: {
          phase: exitCode === 0 ? 'Succeeded' : 'Running',
          containerStatuses: [containerStatus({ terminated: { exitCode, message } })],
        },
      });
    },
    finish: async (job, type, reason) => {
      const now = new Date().toISOString();
      const isFailed = type === 'Failed';
      const before = {
        type: isFailed ? 'FailureTarget' : 'SuccessCriteriaMet',
        status: 'True',
        lastTransitionTime: now,
      };
      await cluster.merge(`${JOBS}/${job.metadata.name}/status`, {
        status: {
          startTime: job.metadata['creationTimestamp'],
          ...(isFailed ? { failed: 1 } : { succeeded: 1, completionTime: now }),
          uncountedTerminatedPods: {},
          conditions: [
            { ...before, ...(reason !== undefined && { reason }) },
            { type, status: 'True', lastTransitionTime: now, ...(reason !== undefined && { reason }) },
          ],
        },
      });
    },
    removePod: (name) => cluster.delete(`${paths.pod(name)}?gracePeriodSeconds=0`),
    close: async () => {
      await Promise.all([...recorders].map((recorder) => recorder.close()));
    },
  };
}

function containerStatus(state: object): object {
  return {
    ...{ name: 'recorder', image: 'parley/recorder:test', imageID: '', ready: true, restartCount: 0 },
    state,
  };
}

/**
 * The batch Job of a recorder. Its pod is started again, on its disk, when its process ends with anything but 0, and elsewhere when its
 * host is lost; with 0 it has said in its termination message how it went (proto: RecorderReport).
 */
import type {
  V1Affinity,
  V1Container,
  V1EnvVar,
  V1Job,
  V1ObjectMeta,
  V1PodSpec,
  V1Probe,
  V1Volume,
} from '@kubernetes/client-node';
import { API_VERSION } from '@parley/crds/api-group.js';
import {
  APP_COMPONENT_LABEL,
  APP_MANAGED_BY_LABEL,
  APP_NAME_LABEL,
  MEETING_ID_LABEL,
  RECORDER_LABEL,
  RECORDING_ATTEMPT_LABEL,
  RECORDING_ANNOTATION,
  ZONE_LABEL,
} from '@parley/crds/labels.js';
import type { RecordingJobSpec } from '@parley/crds/recording-job.js';
import { quantities, type NodeImage } from '../pool/node-pod.js';
import { hardened, unprivilegedUser } from '../pool/pod-basics.js';
import { deletionName, prefixOf, recorderJobName, recorderName, type NamedRecording } from './recorder-names.js';
import { resourcesFor, scratchMebibytes } from './recorder-resources.js';

export interface RecorderJobInput {
  readonly job: NamedRecording;
  readonly spec: RecordingJobSpec;
  readonly image: NodeImage;
  readonly pullSecrets: readonly string[];
  /** 1 for the first recorder. */
  readonly attempt: number;
  readonly meetingId: string;
  readonly title: string;
  readonly expectedPeople: number;
  /** Where the meeting is; undefined: not known. */
  readonly zone: string | undefined;
}

export const RECORDER_GRPC_PORT = 7000;
const TELEMETRY_PORT = 9090;
const TLS_DIR = '/etc/parley/tls';
const WORK_DIR = '/work';
const VOLUME_DIR = '/recordings';
const RELAY_PORTS = { first: 41_000, last: 41_999 };
const MEBIBYTE = 1_048_576;
/** Restarts within a pod count too. */
const BACKOFF_LIMIT = 20;
const DELETION_BACKOFF_LIMIT = 4;
const DELETION_SECONDS = 3_600;
/** To close and store what is open. */
const GRACE_SECONDS = 30;
/** A host that is lost for longer gets no second chance: another recorder is started. */
const LOST_HOST_SECONDS = 5;

export function buildRecorderJob(input: RecorderJobInput): V1Job {
  return buildJob(input, {
    name: recorderJobName(input.job, input.attempt),
    recorder: recorderName(input.job),
    component: 'recorder',
    backoffLimit: BACKOFF_LIMIT,
    // Composing may take as long as recording did, and again.
    activeDeadlineSeconds: input.spec.maxDurationSeconds * 4 + 3_600,
    pod: {
      containers: [buildRecorder(input)],
      volumes: [
        { name: 'tls', secret: { secretName: recorderTlsSecretName(input.job), defaultMode: 0o440 } },
        { name: 'work', emptyDir: { sizeLimit: workSize(input.spec) } },
      ],
      terminationGracePeriodSeconds: GRACE_SECONDS,
      ...(input.zone !== undefined && { affinity: nearZone(input.zone) }),
    },
  });
}

/** Deletes all that the job has stored, and nothing else. */
export function buildDeletionJob(input: RecorderJobInput): V1Job {
  const container = containerOf(input, { command: 'delete', env: [], mounts: [] });
  return buildJob(input, {
    name: deletionName(input.job),
    recorder: deletionName(input.job),
    component: 'recording-deletion',
    backoffLimit: DELETION_BACKOFF_LIMIT,
    activeDeadlineSeconds: DELETION_SECONDS,
    pod: {
      containers: [
        { ...container, resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } } },
      ],
      volumes: [],
      terminationGracePeriodSeconds: GRACE_SECONDS,
    },
  });
}

export function recorderTlsSecretName(job: NamedRecording): string {
  return `${recorderName(job)}-tls`;
}

/** Kubernetes deletes what it owns with it. */
export function recordingOwner({ name, uid }: NamedRecording): NonNullable<V1ObjectMeta['ownerReferences']>[number] {
  return { apiVersion: API_VERSION, kind: 'RecordingJob', name, uid, controller: true };
}

interface JobParts {
  readonly name: string;
  readonly recorder: string;
  readonly component: string;
  readonly backoffLimit: number;
  readonly activeDeadlineSeconds: number;
  readonly pod: Pick<V1PodSpec, 'containers' | 'volumes' | 'affinity' | 'terminationGracePeriodSeconds'>;
}

function buildJob(input: RecorderJobInput, parts: JobParts): V1Job {
  const { job, spec } = input;
  const labels = {
    [APP_NAME_LABEL]: 'parley',
    [APP_COMPONENT_LABEL]: parts.component,
    [APP_MANAGED_BY_LABEL]: 'parley-operator',
    [RECORDER_LABEL]: parts.recorder,
    [RECORDING_ATTEMPT_LABEL]: String(input.attempt),
    [MEETING_ID_LABEL]: input.meetingId,
  };
  const annotations = { [RECORDING_ANNOTATION]: job.name };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: parts.name,
      namespace: job.namespace,
      labels,
      annotations,
      ownerReferences: [recordingOwner(job)],
    },
    spec: {
      backoffLimit: parts.backoffLimit,
      activeDeadlineSeconds: parts.activeDeadlineSeconds,
      template: {
        metadata: { labels, annotations },
        spec: {
          ...parts.pod,
          restartPolicy: 'OnFailure',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          ...(spec.serviceAccountName !== undefined && { serviceAccountName: spec.serviceAccountName }),
          ...(input.pullSecrets.length > 0 && { imagePullSecrets: input.pullSecrets.map((name) => ({ name })) }),
          tolerations: ['not-ready', 'unreachable'].map((state) => ({
            key: `node.kubernetes.io/${state}`,
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: LOST_HOST_SECONDS,
          })),
          securityContext: unprivilegedUser(),
          volumes: [
            ...(parts.pod.volumes ?? []),
            ...storageVolumes(spec),
            { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
          ],
        },
      },
    },
  };
}

function buildRecorder(input: RecorderJobInput): V1Container {
  const { spec } = input;
  const probe = (path: string): Pick<V1Probe, 'httpGet'> => ({ httpGet: { path, port: 'telemetry' } });
  return {
    ...containerOf(input, {
      command: 'record',
      env: [
        { name: 'PARLEY_RECORDER_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        { name: 'GRPC_ADDRESS', value: `0.0.0.0:${String(RECORDER_GRPC_PORT)}` },
        { name: 'TELEMETRY_PORT', value: String(TELEMETRY_PORT) },
        { name: 'TLS_DIR', value: TLS_DIR },
        { name: 'RELAY_PORT_MIN', value: String(RELAY_PORTS.first) },
        { name: 'RELAY_PORT_MAX', value: String(RELAY_PORTS.last) },
        { name: 'PARLEY_WORK_DIR', value: WORK_DIR },
      ],
      mounts: [
        { name: 'tls', mountPath: TLS_DIR, readOnly: true },
        { name: 'work', mountPath: WORK_DIR },
      ],
    }),
    ports: [
      { name: 'grpc', containerPort: RECORDER_GRPC_PORT, protocol: 'TCP' },
      { name: 'telemetry', containerPort: TELEMETRY_PORT, protocol: 'TCP' },
    ],
    resources: spec.resources === undefined ? resourcesFor(input.expectedPeople) : quantities(spec.resources),
    livenessProbe: { ...probe('/healthz'), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    readinessProbe: { ...probe('/readyz'), periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 },
  };
}

interface ContainerParts {
  readonly command: 'record' | 'delete';
  readonly env: readonly V1EnvVar[];
  readonly mounts: NonNullable<V1Container['volumeMounts']>;
}

function containerOf(
  input: RecorderJobInput,
  { command, env, mounts }: ContainerParts,
): Omit<V1Container, 'resources'> {
  const { image, spec } = input;
  return {
    name: 'recorder',
    image: image.name,
    ...(image.pullPolicy !== undefined && { imagePullPolicy: image.pullPolicy }),
    args: [command],
    env: [
      { name: 'NODE_ENV', value: 'production' },
      ...env,
      { name: 'PARLEY_RECORDING', value: JSON.stringify(configOf(input)) },
      ...credentialsEnv(spec),
    ],
    securityContext: hardened(),
    volumeMounts: [
      ...mounts,
      ...(spec.storage.persistentVolumeClaim === undefined ? [] : [{ name: 'recordings', mountPath: VOLUME_DIR }]),
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

/** What the recorder is to do; no secrets. */
function configOf({ job, spec, meetingId, title }: RecorderJobInput): unknown {
  const prefix = prefixOf(job, spec.storage, meetingId);
  const { s3 } = spec.storage;
  return {
    namespace: job.namespace,
    job: job.name,
    uid: job.uid,
    meetingId,
    title,
    layout: spec.layout,
    outputs: spec.outputs,
    storage:
      s3 === undefined
        ? { directory: VOLUME_DIR, prefix }
        : {
            s3: {
              bucket: s3.bucket,
              prefix,
              endpoint: s3.endpoint,
              region: s3.region,
              forcePathStyle: s3.forcePathStyle,
              serverSideEncryption: s3.serverSideEncryption,
            },
          },
    maxDurationMs: spec.maxDurationSeconds * 1000,
    emptyMeetingMs: spec.emptyMeetingSeconds * 1000,
    bufferBytes: spec.bufferMebibytes * MEBIBYTE,
    keepSegments: spec.keepSegments,
  };
}

/** Where the Secret has no such key, the pod waits: the status says so. A session token is there or not. */
function credentialsEnv({ storage }: RecordingJobSpec): V1EnvVar[] {
  const name = storage.s3?.credentialsSecretRef?.name;
  if (name === undefined) return [];
  const variable = (variableName: string, key: string, optional?: boolean): V1EnvVar => ({
    name: variableName,
    valueFrom: { secretKeyRef: { name, key, ...(optional === true && { optional }) } },
  });
  return [
    variable('AWS_ACCESS_KEY_ID', 'accessKeyId'),
    variable('AWS_SECRET_ACCESS_KEY', 'secretAccessKey'),
    variable('AWS_SESSION_TOKEN', 'sessionToken', true),
  ];
}

function storageVolumes({ storage }: RecordingJobSpec): V1Volume[] {
  const claim = storage.persistentVolumeClaim;
  return claim === undefined ? [] : [{ name: 'recordings', persistentVolumeClaim: { claimName: claim.claimName } }];
}

function workSize({ bufferMebibytes, maxDurationSeconds }: RecordingJobSpec): string {
  return `${String(bufferMebibytes + scratchMebibytes(maxDurationSeconds))}Mi`;
}

function nearZone(zone: string): V1Affinity {
  const preference = { matchExpressions: [{ key: ZONE_LABEL, operator: 'In', values: [zone] }] };
  return { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }] } };
}

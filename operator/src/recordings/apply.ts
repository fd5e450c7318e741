import { MEETING_ID_LABEL, RECORDER_LABEL, RECORDING_FINALIZER } from '@parley/crds/labels.js';
import type { RecordingJob } from '@parley/crds/recording-job.js';
import type { CertificateIssuer } from '../certificates/issuer.js';
import { buildTlsSecret } from '../certificates/tls-secret.js';
import type { RecordingAction } from '../core/recording/recording-plan.js';
import {
  buildDeletionJob,
  buildRecorderJob,
  recorderTlsSecretName,
  recordingOwner,
  type RecorderJobInput,
} from '../core/recording/recorder-job.js';
import { recorderName } from '../core/recording/recorder-names.js';
import type { DesiredObject, ObjectWriter } from '../kube/apply.js';
import { KubeError } from '../kube/kube-error.js';
import type { Overlay } from '../kube/overlay.js';
import { BATCH_JOBS, type BatchJob } from '../resources/batch-job-resource.js';
import { RECORDING_JOBS } from '../resources/parley-resources.js';
import { SECRETS } from '../resources/secret-resource.js';

export interface ApplyRecordingDeps {
  /** What was just made counts before the watch shows it. */
  readonly recorderJobs: Pick<Overlay<BatchJob>, 'recordWritten' | 'recordDeleted'>;
  readonly writer: ObjectWriter;
  readonly issuer: CertificateIssuer;
}

export interface ApplyRecordingInput {
  readonly job: RecordingJob;
  readonly batches: readonly BatchJob[];
  readonly deletion: BatchJob | undefined;
  /** Undefined: there is no meeting to record. */
  readonly recorder: RecorderJobInput | undefined;
  readonly signal: AbortSignal;
}

/** @returns what the API server said to a Job that it did not take; undefined: nothing. */
export async function applyRecordingAction(
  deps: ApplyRecordingDeps,
  input: ApplyRecordingInput,
  { type }: RecordingAction,
): Promise<string | undefined> {
  const { recorder } = input;
  switch (type) {
    case 'AddFinalizer':
      await keepFinalizers(deps, input, [RECORDING_FINALIZER]);
      return undefined;
    case 'RemoveFinalizer':
      await keepFinalizers(deps, input, []);
      return undefined;
    case 'CreateRecorder':
      if (recorder === undefined) return undefined;
      await issueCertificate(deps, recorder, input.signal);
      return createJob(deps, buildRecorderJob(recorder), input.signal);
    case 'CreateDeletion':
      return recorder === undefined ? undefined : createJob(deps, buildDeletionJob(recorder), input.signal);
    case 'DeleteRecorder':
      for (const batch of input.batches) await deleteJob(deps, batch, input.signal);
      return undefined;
    case 'DeleteDeletion':
      await deleteJob(deps, input.deletion, input.signal);
      return undefined;
  }
}

/** Server-side apply: others' finalizers are theirs. It must be this very object. */
async function keepFinalizers(
  { writer }: ApplyRecordingDeps,
  { job, signal }: ApplyRecordingInput,
  finalizers: readonly string[],
): Promise<void> {
  const { name, namespace, uid } = job.metadata;
  const metadata = { name, namespace, uid, ...(finalizers.length > 0 && { finalizers }) };
  const desired: DesiredObject = { metadata };
  await writer.apply(RECORDING_JOBS, desired, { signal }).catch((error: unknown) => {
    const isGone = error instanceof KubeError && ['NotFound', 'Conflict', 'Invalid'].includes(error.code);
    if (!isGone || finalizers.length > 0) throw error;
  });
}

/** Good for as long as a recording can last, so that it is never renewed. */
async function issueCertificate(deps: ApplyRecordingDeps, input: RecorderJobInput, signal: AbortSignal): Promise<void> {
  const { job, meetingId } = input;
  const recorder = recorderName(job);
  const certificate = await deps.issuer.issue({ role: 'recorder', name: recorder });
  if (certificate === undefined) throw new Error('there is no authority yet that could sign');
  const secret = buildTlsSecret({
    name: recorderTlsSecretName(job),
    namespace: job.namespace,
    owner: recordingOwner(job),
    labels: { [RECORDER_LABEL]: recorder, [MEETING_ID_LABEL]: meetingId },
    certificate,
    authorities: deps.issuer.authorities(),
  });
  await deps.writer.apply(SECRETS, secret, { signal });
}

async function createJob(
  deps: ApplyRecordingDeps,
  desired: DesiredObject,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    deps.recorderJobs.recordWritten(await deps.writer.create(BATCH_JOBS, desired, { signal }));
    return undefined;
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    // The watch is about to show it.
    if (error.code === 'AlreadyExists') return undefined;
    // A quota or an admission policy is in the way: people must see that in the status.
    if (['Invalid', 'Forbidden', 'BadRequest'].includes(error.code)) return error.message;
    throw error;
  }
}

async function deleteJob(deps: ApplyRecordingDeps, job: BatchJob | undefined, signal: AbortSignal): Promise<void> {
  if (job === undefined || job.metadata.deletionTimestamp !== undefined) return;
  const { name, namespace, uid } = job.metadata;
  const deleted = await deps.writer.delete(BATCH_JOBS, { name, namespace }, { uid, signal });
  if (deleted.outcome === 'Ending') deps.recorderJobs.recordWritten(deleted.object);
  else deps.recorderJobs.recordDeleted(job);
}

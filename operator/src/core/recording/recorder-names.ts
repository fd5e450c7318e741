import type { RecordingStorage } from '@parley/crds/recording-job.js';
import { fingerprintOf } from '../pool/fingerprint.js';

/** Names of batch Jobs become labels of their pods: 63 characters, of which pods and the deletion's Job take some. */
const READABLE = 40;

export interface NamedRecording {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
}

/** What recorders' certificate is issued to; the names of their batch Jobs and pods begin with it. */
export function recorderName({ name, uid }: NamedRecording): string {
  const readable = name.slice(0, READABLE).replaceAll('.', '-').replace(/-+$/, '');
  return `${readable}-${fingerprintOf(uid).slice(0, 8)}`;
}

/** Of the batch Job that records; each attempt has another. */
export function recorderJobName(job: NamedRecording, attempt: number): string {
  return `${recorderName(job)}-${String(attempt)}`;
}

export function deletionName(job: NamedRecording): string {
  return `${recorderName(job)}-del`;
}

/** All that it stores is below this, and nothing else is. Ends with a slash. */
export function prefixOf(job: NamedRecording, storage: RecordingStorage, meetingId: string): string {
  return `${storage.s3?.prefix ?? ''}${job.namespace}/${meetingId}/${job.uid}/`;
}

/** For people. */
export function locationOf(job: NamedRecording, storage: RecordingStorage, meetingId: string): string {
  const prefix = prefixOf(job, storage, meetingId);
  return storage.s3 === undefined
    ? `${storage.persistentVolumeClaim?.claimName ?? ''}:${prefix}`
    : `s3://${storage.s3.bucket}/${prefix}`;
}

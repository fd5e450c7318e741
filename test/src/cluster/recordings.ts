/** RecordingJobs on the cluster, and the store on this machine that they record into. */
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingJobSpec, RecordingJobStatus } from '@parley/crds/recording-job.js';
import { waitUntil } from '../deadline.js';
import { accessKey, secretKey, startS3Server } from '../s3/s3-server.js';
import { applyObjects, getObject, patchObject } from './kubectl.js';
import { machineAddress } from './outside-service.js';
import { namespace } from './stage.js';

export interface RecordingJob {
  readonly metadata: { readonly name: string };
  readonly spec: RecordingJobSpec;
  readonly status?: RecordingJobStatus;
}

export type RecordingWish = Partial<Omit<RecordingJobSpec, 'meetingRef' | 'storage'>>;

/** A bucket that pods of the cluster reach, with its keys in a Secret. */
export interface RecordingStore {
  /** Asks for a recording of a meeting into it. */
  record(name: string, meeting: string, wish?: RecordingWish): Promise<void>;
  /** The same with another bucket or other keys: what can't be stored into. */
  recordWrongly(name: string, meeting: string, wrong: { bucket?: string; secret?: string }): Promise<void>;
  /** Where an object is on this machine. */
  pathOf(key: string): string;
  readJson<T>(key: string): Promise<T>;
  /** Of all objects below a prefix. */
  keys(prefix?: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const wrongKeysSecret = 'recordings-wrong-keys';
const keysSecret = 'recordings-keys';
const bucket = 'recordings';

/** @returns undefined: pods of this cluster do not reach this machine. */
export async function startRecordingStore(): Promise<RecordingStore | undefined> {
  const address = await machineAddress();
  if (address === undefined) return undefined;
  const server = await startS3Server(address);
  await mkdir(join(server.directory, bucket));
  const secret = (name: string, secretAccessKey: string): object => ({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } },
    stringData: { accessKeyId: accessKey, secretAccessKey },
  });
  await applyObjects([secret(keysSecret, secretKey), secret(wrongKeysSecret, 'not the key')]);
  const pathOf = (key: string): string => join(server.directory, bucket, key);

  const record = async (
    name: string,
    meeting: string,
    { wish = {}, into = bucket, keys = keysSecret }: { wish?: RecordingWish; into?: string; keys?: string },
  ): Promise<void> => {
    const s3 = {
      bucket: into,
      endpoint: server.endpoint,
      forcePathStyle: true,
      credentialsSecretRef: { name: keys },
    };
    await applyObjects([
      {
        ...{ apiVersion: 'parley.dev/v1alpha1', kind: 'RecordingJob', metadata: { name, namespace } },
        spec: {
          ...{ meetingRef: { name: meeting }, storage: { s3 } },
          // Beside browsers and the cluster on one machine: what it asks for else is for machines of its own.
          ...{ resources: { requests: { cpu: '100m', memory: '256Mi' } }, ...wish },
        },
      },
    ]);
  };
  return {
    record: (name, meeting, wish = {}) => record(name, meeting, { wish }),
    recordWrongly: (name, meeting, { bucket: into = bucket, secret: keys = keysSecret }) =>
      record(name, meeting, { into, keys }),
    pathOf,
    readJson: async <T>(key: string) => JSON.parse(await readFile(pathOf(key), 'utf8')) as T,
    keys: async (prefix = '') => {
      const entries = await readdir(pathOf(prefix), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(pathOf('').length))
        .toSorted();
    },
    close: () => server.close(),
  };
}

export async function getRecording(name: string): Promise<RecordingJob> {
  return getObject<RecordingJob>('recordingjob', name, namespace);
}

/** Waits for a phase; an end that is another one is an error at once. */
export async function recordingIs(
  name: string,
  phase: NonNullable<RecordingJobStatus['phase']>,
  deadlineMs = 90_000,
): Promise<RecordingJobStatus> {
  const { status } = await waitUntil(
    `recording ${name} is ${phase}, or over`,
    { deadlineMs, everyMs: 200 },
    () => getRecording(name),
    (job) => [phase, 'Completed', 'Failed'].includes(job.status?.phase ?? ''),
  );
  if (status?.phase !== phase) throw new Error(`${name} is not ${phase}: ${JSON.stringify(status, undefined, 1)}`);
  return status;
}

export async function stopRecording(name: string): Promise<void> {
  await patchObject('recordingjob', name, { namespace, patch: { spec: { stop: true } } });
}

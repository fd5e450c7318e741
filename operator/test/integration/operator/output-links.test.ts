/** Links to recordings, fetched from a real S3 server as a browser would. */
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parseRecordingJob, type RecordingJob } from '@parley/crds/recording-job.js';
import { linkOutput, type OutputLink } from '@parley/operator/recordings/output-links.js';
import { secretData } from '@parley/operator/resources/secret-resource.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessKey, secretKey, startS3Server, type S3Server } from '@parley/e2e/s3/s3-server.js';

const location = 's3://recordings/team/default/abc-defg-hij/u-1/';
const keys = { accessKeyId: accessKey, secretAccessKey: secretKey };
let server: S3Server;

beforeAll(async () => {
  server = await startS3Server();
  const client = new S3Client({
    ...{ endpoint: server.endpoint, region: 'us-east-1', forcePathStyle: true },
    credentials: { ...keys },
  });
  const Bucket = 'recordings';
  await client.send(new CreateBucketCommand({ Bucket }));
  for (const name of ['u-1/outputs/recording.mp4', 'u-1/outputs/tracks/ada 1.mka', 'u-1/recording.json'])
    await client.send(new PutObjectCommand({ Bucket, Key: `team/default/abc-defg-hij/${name}`, Body: name }));
  client.destroy();
});
afterAll(async () => server.close());

function aJob(storage: object, status: object = {}): RecordingJob {
  const outputs = ['outputs/recording.mp4', 'outputs/tracks/ada 1.mka'].map((key) => ({ kind: 'MP4', key, bytes: 1 }));
  const metadata = { name: 'daily-1', namespace: 'default', uid: 'u-1', resourceVersion: '1', generation: 1 };
  return parseRecordingJob({
    metadata: { ...metadata, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      ...{ meetingRef: { name: 'daily' }, storage, layout: 'Gallery', outputs: ['MP4'], retentionDays: 90 },
      ...{ maxDurationSeconds: 3_600, emptyMeetingSeconds: 300, keepSegments: false, bufferMebibytes: 4_096 },
      ...{ deletionPolicy: 'Retain', stop: false },
    },
    status: { location, outputs, ...status },
  });
}

const s3 = (some: object = {}): object => ({
  s3: {
    ...{ bucket: 'recordings', prefix: 'team/', region: 'us-east-1', forcePathStyle: true },
    ...{ endpoint: 'http://store.inside:9000', publicEndpoint: server.endpoint },
    ...{ credentialsSecretRef: { name: 'keys' }, ...some },
  },
});

async function link(job: RecordingJob, output: string, nowMs: number = Date.now()): Promise<OutputLink> {
  const metadata = { name: 'keys', namespace: 'default', uid: 's', resourceVersion: '1', annotations: {} };
  const reader = {
    get: (_resource: unknown, { name, namespace }: { name: string; namespace?: string | undefined }) =>
      Promise.resolve(
        `${namespace ?? ''}/${name}` === 'default/keys' ? { metadata, data: secretData(keys) } : undefined,
      ),
  } as unknown as Parameters<typeof linkOutput>[0]['reader'];
  return linkOutput({ reader, nowMs }, { job, output, signal: new AbortController().signal });
}

const urlOf = (given: OutputLink): string => (given.type === 'Link' ? given.url : given.reason);

test.each(['recording.mp4', 'tracks/ada 1.mka'])(
  'gives %s to whoever has the link, as a file to save',
  async (output) => {
    const given = await link(aJob(s3()), output);
    const url = urlOf(given);
    expect(url).not.toContain(secretKey);
    const answer = await fetch(url);
    expect(await answer.text()).toBe(`u-1/outputs/${output}`);
    const name = `daily-1-${output.replaceAll(/[/ ]/g, '_')}`;
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
    expect((await fetch(url.replace('ada', 'bob').replace('recording.mp4', 'other.mp4'))).status).toBe(403);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
  },
);

test('a link expires when it says', async () => {
  const nowMs = Date.now();
  expect(await link(aJob(s3()), 'recording.mp4', nowMs)).toMatchObject({ expiresAtMs: nowMs + 4 * 3_600_000 });
  const old = await link(aJob(s3()), 'recording.mp4', nowMs - 4 * 3_600_000 - 60_000);
  expect((await fetch(urlOf(old))).status).toBe(403);
});

test('there is none for what is not listed', async () => {
  for (const output of ['none.mp4', '../recording.json', ''])
    await expect(link(aJob(s3()), output)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('says why there is none', async () => {
  const none = async (job: RecordingJob): Promise<unknown> => link(job, 'recording.mp4');
  const refused = (reason: string): object => ({ type: 'Refused', reason });
  expect(await none(aJob({ persistentVolumeClaim: { claimName: 'c' } }))).toEqual(refused('RecordingOnVolume'));
  expect(await none(aJob(s3({ credentialsSecretRef: undefined })))).toEqual(refused('StoreKeysUnknown'));
  expect(await none(aJob(s3({ credentialsSecretRef: { name: 'gone' } })))).toEqual(refused('StoreKeysUnknown'));
  const deleted = aJob(s3(), { deletedAt: '2026-01-02T00:00:00Z' });
  expect(await none(deleted)).toEqual(refused('RecordingDataDeleted'));
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseMeeting } from '../../src/meeting.js';
import { parseRecordingJob } from '../../src/recording-job.js';
import { startApi, type Api } from './api.js';
import { undescribedFields } from './undescribed-fields.js';

const s3 = { bucket: 'recordings' };
const least = { meetingRef: { name: 'daily' }, storage: { s3 } };
const job = (spec: object, name?: string): object => ({
  kind: 'RecordingJob',
  ...(name !== undefined && { metadata: { name } }),
  spec: { ...least, ...spec },
});
const meeting = (recording: object): object => ({ kind: 'Meeting', spec: { recording } });

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe('RecordingJob', () => {
  test('needs a meeting and a bucket, and the parser reads what comes back', async () => {
    const made = await api.create(job({}));
    expect(made.spec).toEqual({
      meetingRef: { name: 'daily' },
      storage: { s3: { bucket: 'recordings', prefix: '', region: 'us-east-1', forcePathStyle: false } },
      layout: 'Gallery',
      outputs: ['MP4'],
      retentionDays: 90,
      maxDurationSeconds: 14_400,
      emptyMeetingSeconds: 300,
      bufferMebibytes: 4_096,
      keepSegments: false,
      deletionPolicy: 'Retain',
      stop: false,
    });
    expect(parseRecordingJob(JSON.parse(JSON.stringify(made)))).toMatchObject({ spec: made.spec });
  });

  test.each([
    [
      'all that there is',
      {
        storage: {
          s3: {
            bucket: 'my.bucket-1',
            prefix: 'team/2026/',
            endpoint: 'http://minio.storage.svc:9000',
            region: 'eu-1',
            forcePathStyle: true,
            serverSideEncryption: 'aws:kms',
            credentialsSecretRef: { name: 'keys' },
          },
        },
        layout: 'ActiveSpeaker',
        outputs: ['HLS', 'Audio', 'MP4', 'Tracks'],
        retentionDays: 0,
        maxDurationSeconds: 60,
        emptyMeetingSeconds: 10,
        bufferMebibytes: 64,
        keepSegments: true,
        serviceAccountName: 'recorder',
        resources: { requests: { cpu: 2, memory: '4Gi' } },
        deletionPolicy: 'Delete',
      },
    ],
    ['a volume', { storage: { persistentVolumeClaim: { claimName: 'disk' } } }],
    ['one that is stopped before it begins', { stop: true }],
  ])('takes %s', async (_, spec) => {
    await expect(api.create(job(spec))).resolves.toMatchObject({ spec });
  });

  test.each([
    ['no storage', { storage: undefined }, 'spec.storage: Required value'],
    ['storage that is none', { storage: {} }, 'storage is either s3 or persistentVolumeClaim'],
    [
      'two storages',
      { storage: { s3, persistentVolumeClaim: { claimName: 'disk' } } },
      'storage is either s3 or persistentVolumeClaim',
    ],
    ['no meeting', { meetingRef: undefined }, 'spec.meetingRef: Required value'],
    ['a layout that is none', { layout: 'Mosaic' }, 'Unsupported value: "Mosaic"'],
    ['nothing to make', { outputs: [] }, 'should have at least 1 items'],
    ['an output twice', { outputs: ['MP4', 'MP4'] }, 'Duplicate value'],
    ['an output that is none', { outputs: ['GIF'] }, 'Unsupported value: "GIF"'],
    ['a bucket that no store has', { storage: { s3: { bucket: 'My_Bucket' } } }, 'should match'],
    ['a prefix that leads out', { storage: { s3: { ...s3, prefix: '../' } } }, 'should match'],
    ['a prefix that is no folder', { storage: { s3: { ...s3, prefix: 'team' } } }, 'should match'],
    ['an endpoint that is no URL', { storage: { s3: { ...s3, endpoint: 'minio:9000' } } }, 'should match'],
    ['keys in the endpoint', { storage: { s3: { ...s3, endpoint: 'http://me:secret@minio' } } }, 'should match'],
    ['an encryption that is none', { storage: { s3: { ...s3, serverSideEncryption: 'rot13' } } }, 'Unsupported value'],
    ['retention without end', { retentionDays: 3_651 }, 'should be less than or equal to 3650'],
    ['no time at all', { maxDurationSeconds: 9 }, 'should be greater than or equal to 10'],
    ['a buffer for nothing', { bufferMebibytes: 1 }, 'should be greater than or equal to 16'],
  ])('refuses %s', async (_, spec, message) => {
    await expect(api.refusalOf(job(spec))).resolves.toContain(message);
  });

  test('refuses a name that leaves no room for those made from it', async () => {
    await expect(api.refusalOf(job({}, 'x'.repeat(201)))).resolves.toContain(
      'the name may not be longer than 200 characters',
    );
  });

  test.each([
    [
      'another meeting',
      {},
      { meetingRef: { name: 'other' } },
      'meetingRef cannot be changed; make another RecordingJob',
    ],
    [
      'another bucket',
      {},
      { storage: { s3: { bucket: 'elsewhere' } } },
      'storage cannot be changed; make another RecordingJob',
    ],
    ['another layout', {}, { layout: 'ActiveSpeaker' }, 'layout and outputs cannot be changed'],
    ['other outputs', {}, { outputs: ['HLS'] }, 'layout and outputs cannot be changed'],
    ['another end', {}, { maxDurationSeconds: 60 }, 'maxDurationSeconds and emptyMeetingSeconds cannot be changed'],
    [
      'other resources',
      {},
      { resources: { requests: { cpu: 1 } } },
      'serviceAccountName and resources cannot be changed',
    ],
    ['another account', { serviceAccountName: 'a' }, { serviceAccountName: 'b' }, 'resources cannot be changed'],
    [
      'that it goes on',
      { stop: true },
      { stop: false },
      'a recording that was stopped cannot be started again; make another RecordingJob',
    ],
  ])('refuses %s later', async (_, spec, change, message) => {
    const made = await api.create(job(spec));
    await expect(api.patchRefusalOf(made, { spec: change })).resolves.toContain(message);
  });

  test('stop, retention and what deleting does may change', async () => {
    const made = await api.create(job({}));
    const change = { stop: true, retentionDays: 7, deletionPolicy: 'Delete' };
    await expect(api.patch(made, { spec: change })).resolves.toMatchObject({ spec: change });
  });

  test('kubectl shows its story in columns, and explains its fields', async () => {
    await api.create(job({}, 'shown'));
    const status = {
      ...{ phase: 'Recording', recordedSeconds: 61, missingSeconds: 2, progressPercent: 0 },
      conditions: [
        {
          ...{ type: 'Complete', status: 'False', reason: 'RecordingNow', message: 'm' },
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    };
    await api.kubectl('patch', 'rec/shown', '--subresource=status', '--type=merge', '-p', JSON.stringify({ status }));
    const [header, row] = (await api.kubectl('get', 'rec', 'shown')).split('\n');
    expect(header?.trim().split(/\s+/)).toEqual([
      'NAME',
      'MEETING',
      'PHASE',
      'RECORDED',
      'MISSING',
      'PROGRESS',
      'REASON',
      'AGE',
    ]);
    expect(row?.trim().split(/\s+/).slice(0, 7)).toEqual([
      'shown',
      'daily',
      'Recording',
      '61',
      '2',
      '0',
      'RecordingNow',
    ]);
    expect(await api.kubectl('explain', 'recordingjob.spec.stop')).toContain('stops recording and composes');
  });

  test('every field has a description', async () => {
    expect(await undescribedFields(api, 'recordingjobs.parley.dev')).toEqual([]);
  });
});

describe('Meeting.spec.recording', () => {
  test('is off unless it says otherwise, and the parser reads it', async () => {
    const made = await api.create(meeting({}));
    expect(made.spec?.['recording']).toMatchObject({ mode: 'Off' });
    const recorded = await api.create(meeting({ mode: 'Automatic', storage: { s3 }, layout: 'ActiveSpeaker' }));
    expect(parseMeeting(JSON.parse(JSON.stringify(recorded))).spec.recording).toMatchObject({
      ...{ mode: 'Automatic', layout: 'ActiveSpeaker', outputs: ['MP4'], retentionDays: 90 },
      storage: { s3: { bucket: 'recordings', region: 'us-east-1' } },
    });
  });

  test.each([
    ['recording without storage', { mode: 'Manual' }, 'recording needs storage, unless its mode is Off'],
    ['storage that is none', { mode: 'Off', storage: {} }, 'storage is either s3 or persistentVolumeClaim'],
    ['a mode that is none', { mode: 'Always', storage: { s3 } }, 'Unsupported value: "Always"'],
  ])('refuses %s', async (_, recording, message) => {
    await expect(api.refusalOf(meeting(recording))).resolves.toContain(message);
  });

  test('may change, for recordings that begin later', async () => {
    const made = await api.create(meeting({ mode: 'Automatic', storage: { s3 } }));
    const recording = { mode: 'Manual', storage: { s3: { bucket: 'elsewhere' } } };
    await expect(api.patch(made, { spec: { recording } })).resolves.toMatchObject({ spec: { recording } });
  });
});

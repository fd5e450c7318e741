/** RecordingJobs through their life: a real API server, the test as Job controller and kubelet, recorders and nodes in memory. */
import {
  RecorderFailureReason,
  RecorderPhase,
  RecordingEndReason,
  RecordingGapReason,
} from '@parley/proto/gen/parley/v1/recorder_pb.js';
import { RecordingsService } from '@parley/proto/gen/parley/v1/recordings_pb.js';
import { createRpcChannel, type RpcMethods } from '@parley/proto/rpc-client.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FakeNode } from '../../../src/nodes/testing/fake-node.js';
import type { Operator } from '../../../src/operator.js';
import { timestampOf } from '../../../src/core/status/conditions.js';
import { eventually } from './cluster-client.js';
import { createRecordingBed, DONE, JOBS, RECORDING, STARTED_MS, type RecordingBed } from './recording-bed.js';
import { createTestBed, paths, type TestBed } from './test-bed.js';

const SECRETS = '/api/v1/namespaces/default/secrets';
const leaseTiming = { leaseMs: 3_000, renewDeadlineMs: 2_000, retryMs: 200 };

let bed: TestBed;
let rec: RecordingBed;
let operator: Operator;
let node: FakeNode;
let replica = 0;

const start = (limits = { perNamespace: 4, overall: 100 }): Operator => {
  replica += 1;
  const podName = `operator-${String(replica)}`;
  return bed.startOperator({ podName, leaseTiming, config: { recordingLimits: limits } });
};
const restart = async (): Promise<void> => {
  await operator.close();
  operator = start();
};
/** A meeting with people in it. */
async function gather(name: string, spec: object = {}, people = 2): Promise<string> {
  const { id } = await bed.createMeeting(name, spec);
  await eventually(() => expect([...node.topologies.keys()]).toContain(id));
  node.setParticipants(id, people);
  return id;
}

beforeAll(async () => {
  bed = await createTestBed();
  rec = createRecordingBed(bed);
  await bed.createHost('host-a', { labels: { 'topology.kubernetes.io/zone': 'eu-1a' } });
  operator = start();
  await bed.createPool('eu', { region: 'eu', replicas: 1 });
  node = await bed.runPod('eu-0');
  await gather('daily');
});
afterAll(async () => {
  await rec.close();
  await bed.close();
});

describe('a RecordingJob', () => {
  test('is recorded, stopped, composed and completed, with all of that in its status', async () => {
    await rec.create('whole');
    await rec.becomes('whole', 'Starting', 'RecorderStarting');
    const recorder = await rec.run('whole');
    await rec.becomes('whole', 'Starting', 'WaitsForTap');
    // The recorder is told the meeting's topology, with its own tap in it.
    await eventually(() => {
      expect(recorder.topologies.at(-1)?.taps).toEqual([
        expect.objectContaining({ recorder: recorder.name, node: 'eu-0' }),
      ]);
    });
    recorder.say(RECORDING);
    expect(await rec.becomes('whole', 'Recording', 'RecordingNow')).toMatchObject({
      ...{ recorder: recorder.name, attempts: 1, pool: 'eu', recordedSeconds: 60, tracks: 2 },
      startedAt: timestampOf(STARTED_MS),
      location: expect.stringMatching(/^s3:\/\/recordings\/default\/[a-z-]+\/[-0-9a-f]+\/$/) as string,
    });
    expect(await rec.condition('whole', 'Storing')).toMatchObject({ status: 'True' });
    expect(recorder.stops).toEqual([]);
    await rec.patch('whole', { stop: true });
    await eventually(() => expect(recorder.stops).toEqual([RecordingEndReason.STOPPED]));
    await rec.becomes('whole', 'Recording', 'RecordingStops');
    recorder.say({
      phase: RecorderPhase.COMPOSING,
      endReason: RecordingEndReason.STOPPED,
      endedAtMs: BigInt(STARTED_MS + 60_000),
    });
    await rec.becomes('whole', 'Finalizing', 'Composing');
    await eventually(() => expect(recorder.topologies.at(-1)?.taps).toEqual([]));
    recorder.say(DONE);
    expect(await rec.becomes('whole', 'Completed', 'RecordingComplete')).toMatchObject({
      ...{ endReason: 'Stopped', endedAt: timestampOf(STARTED_MS + 60_000), missingSeconds: 0 },
      outputs: [
        { kind: 'MP4', key: 'x/outputs/recording.mp4', bytes: 1_000, durationSeconds: 60, sha256: 'ab'.repeat(32) },
      ],
      expiresAt: expect.any(String) as string,
    });
    await eventually(async () => expect(await rec.jobOf('whole')).toBeUndefined());
    expect((await rec.get('whole'))?.metadata['finalizers']).toEqual(['parley.dev/recording']);
  });

  test('its batch Job is near the meeting, and its certificate is there', async () => {
    await rec.create('placed');
    const job = await eventually(async () => (await rec.jobOf('placed')) ?? Promise.reject(new Error('no Job')));
    expect(JSON.stringify(job.spec)).toContain('eu-1a');
    expect(job.metadata['ownerReferences']).toEqual([
      expect.objectContaining({ kind: 'RecordingJob', name: 'placed' }),
    ]);
    const secret = await bed.cluster.get(`${SECRETS}/${job.metadata.name.replace(/-1$/, '')}-tls`);
    expect(Object.keys(secret?.['data'] ?? {}).toSorted()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
    await rec.patch('placed', { stop: true });
    await rec.becomes('placed', 'Failed', 'StoppedInQueue');
  });

  test('goes on with another recorder when its pod is gone', async () => {
    await rec.create('lost');
    const first = await rec.run('lost');
    first.say(RECORDING);
    await rec.becomes('lost', 'Recording', 'RecordingNow');
    await first.close();
    await rec.removePod(first.name);
    await rec.becomes('lost', 'Recording', 'RecorderReplaced');
    const second = await rec.run('lost');
    second.say({
      ...RECORDING,
      missingMs: 2_000n,
      gaps: [{ trackId: 't', startMs: 1_000n, durationMs: 2_000n, reason: RecordingGapReason.RECORDER_LOST }],
    });
    expect(await rec.becomes('lost', 'Recording', 'RecordingNow')).toMatchObject({
      ...{ recorder: second.name, missingSeconds: 2 },
      gaps: [{ track: 't', startSeconds: 1, seconds: 2, reason: 'RecorderLost' }],
    });
    await eventually(() => {
      expect(second.topologies.at(-1)?.taps.map((tap) => tap.recorder)).toEqual([second.name]);
    });
    second.say({ ...DONE, missingMs: 2_000n });
    await rec.becomes('lost', 'Completed', 'RecordingHasGaps');
  });

  test('law 7: goes on with another recorder when its own falls silent: Kubernetes would wait for a minute', async () => {
    await rec.create('hung');
    const first = await rec.run('hung');
    first.say(RECORDING);
    await rec.becomes('hung', 'Recording', 'RecordingNow');
    const job = (await rec.jobOf('hung'))!.metadata.name;
    await first.close();
    await eventually(async () => expect((await rec.jobOf('hung'))?.metadata.name).not.toBe(job), 20_000);
    const second = await rec.run('hung');
    second.say({ ...RECORDING, recordedMs: 90_000n });
    expect(await rec.becomes('hung', 'Recording', 'RecordingNow')).toMatchObject({
      recorder: second.name,
      attempts: 2,
    });
    await eventually(() => {
      expect(second.topologies.at(-1)?.taps.map((tap) => tap.recorder)).toEqual([second.name]);
    });
    second.say(DONE);
    await rec.becomes('hung', 'Completed');
    await eventually(async () => expect(await rec.jobOf('hung')).toBeUndefined());
  });

  test('fails with the recorder’s own reason, and keeps what it has stored', async () => {
    await rec.create('bucketless');
    const recorder = await rec.run('bucketless');
    const failure = { reason: RecorderFailureReason.BUCKET_NOT_FOUND, message: 'There is no bucket "recordings".' };
    recorder.say({ phase: RecorderPhase.FAILED, failure });
    await rec.becomes('bucketless', 'Failed', 'BucketNotFound');
    expect((await rec.condition('bucketless')).message).toContain('There is no bucket "recordings".');
  });

  test('fails when its recorder was started too often', async () => {
    await rec.create('hopeless');
    const recorder = await rec.run('hopeless');
    recorder.say(RECORDING);
    await rec.becomes('hopeless', 'Recording');
    await recorder.close();
    await rec.removePod(recorder.name);
    await rec.finish((await rec.jobOf('hopeless'))!, 'Failed', 'BackoffLimitExceeded');
    await rec.becomes('hopeless', 'Failed', 'RecorderGaveUp');
    expect(await rec.condition('hopeless', 'Stored')).toMatchObject({ status: 'True', reason: 'DataStored' });
  });

  test('says what the store’s trouble is while it lasts', async () => {
    await rec.create('stalled');
    const recorder = await rec.run('stalled');
    const waiting = { reason: RecorderFailureReason.STORAGE_UNREACHABLE, message: 'connection refused' };
    recorder.say({ ...RECORDING, storageWaiting: waiting, bufferedBytes: 9_000n });
    await eventually(async () =>
      expect(await rec.condition('stalled', 'Storing')).toMatchObject({
        status: 'False',
        reason: 'StorageUnreachable',
      }),
    );
    recorder.say(DONE);
    await rec.becomes('stalled', 'Completed');
  });

  test('is finished by its last words when the operator was away', async () => {
    await rec.create('unheard');
    const recorder = await rec.run('unheard');
    recorder.say(RECORDING);
    await rec.becomes('unheard', 'Recording', 'RecordingNow');
    await operator.close();
    await rec.exit(recorder, { recorder: recorder.name, ...DONE });
    await rec.finish((await rec.jobOf('unheard'))!, 'Complete');
    operator = start();
    expect(await rec.becomes('unheard', 'Completed', 'RecordingComplete')).toMatchObject({
      outputs: [expect.objectContaining({ kind: 'MP4' })],
    });
  });

  test('fails when nobody knows how it went', async () => {
    await rec.create('silent');
    const recorder = await rec.run('silent');
    recorder.say(RECORDING);
    await rec.becomes('silent', 'Recording', 'RecordingNow');
    await rec.exit(recorder, undefined);
    await rec.removePod(recorder.name);
    await rec.finish((await rec.jobOf('silent'))!, 'Complete');
    await rec.becomes('silent', 'Failed', 'OutcomeUnknown');
  });

  test('law 1: a new leader goes on where the last was, in each phase', async () => {
    await rec.create('handed');
    await rec.becomes('handed', 'Starting');
    await restart();
    const recorder = await rec.run('handed');
    recorder.say(RECORDING);
    await rec.becomes('handed', 'Recording', 'RecordingNow');
    const epochs = recorder.topologies.length;
    await restart();
    await eventually(() => expect(recorder.topologies.length).toBeGreaterThan(epochs));
    // Nobody was told that it had ended: its tap is in all of them.
    expect(recorder.topologies.slice(1).every(({ taps }) => taps.some((tap) => tap.recorder === recorder.name))).toBe(
      true,
    );
    await rec.patch('handed', { stop: true });
    await eventually(() => expect(recorder.stops).toEqual([RecordingEndReason.STOPPED]));
    await restart();
    // A new stream says everything anew.
    await eventually(() => expect(recorder.stops).toEqual([RecordingEndReason.STOPPED, RecordingEndReason.STOPPED]));
    recorder.say({ phase: RecorderPhase.COMPOSING, endReason: RecordingEndReason.STOPPED });
    await rec.becomes('handed', 'Finalizing');
    await restart();
    recorder.say(DONE);
    await rec.becomes('handed', 'Completed');
    await restart();
    await eventually(async () => expect(await rec.jobOf('handed')).toBeUndefined());
    expect(await rec.becomes('handed', 'Completed')).toMatchObject({ attempts: 1 });
  });
});

describe('what it waits for', () => {
  test('a Meeting that is not there, and then is', async () => {
    await rec.create('early', { meetingRef: { name: 'later' } });
    await rec.becomes('early', 'Queued', 'MeetingNotFound');
    await gather('later', {}, 0);
    await rec.becomes('early', 'Queued', 'WaitsForPeople');
    const { id } = { id: (await bed.meeting('later')).status?.['meetingId'] as string };
    node.setParticipants(id, 1);
    await rec.becomes('early', 'Starting');
    await rec.patch('early', { stop: true });
    await rec.becomes('early', 'Failed', 'StoppedInQueue');
  });

  test('a meeting that has ended is not recorded', async () => {
    await gather('over');
    await bed.cluster.merge(paths.meeting('over'), { spec: { ended: true } });
    await rec.create('late', { meetingRef: { name: 'over' } });
    await rec.becomes('late', 'Failed', 'MeetingEnded');
  });

  test('the Secret of its store, and the keys in it', async () => {
    const storage = { s3: { bucket: 'recordings', credentialsSecretRef: { name: 'keys' } } };
    await rec.create('keyless', { storage });
    await rec.becomes('keyless', 'Queued', 'StorageSecretMissing');
    expect((await rec.condition('keyless')).message).toContain('There is no Secret keys.');
    await bed.cluster.create(SECRETS, { metadata: { name: 'keys' }, stringData: { accessKeyId: 'id' } });
    await eventually(async () =>
      expect((await rec.condition('keyless')).message).toContain('Secret keys has no key secretAccessKey.'),
    );
    await bed.cluster.merge(`${SECRETS}/keys`, { stringData: { secretAccessKey: 'hush-hush' } });
    const recorder = await rec.run('keyless');
    expect(JSON.stringify(await rec.jobOf('keyless'))).not.toContain('hush-hush');
    recorder.say({ ...DONE });
    await rec.becomes('keyless', 'Completed');
  });
});

describe('it ends', () => {
  test('with the meeting', async () => {
    await gather('short');
    await rec.create('ends', { meetingRef: { name: 'short' } });
    const recorder = await rec.run('ends');
    recorder.say(RECORDING);
    await rec.becomes('ends', 'Recording');
    await bed.cluster.merge(paths.meeting('short'), { spec: { ended: true } });
    await eventually(() => expect(recorder.stops).toEqual([RecordingEndReason.MEETING_ENDED]));
    recorder.say({ ...DONE, endReason: RecordingEndReason.MEETING_ENDED });
    expect(await rec.becomes('ends', 'Completed')).toMatchObject({ endReason: 'MeetingEnded' });
  });

  test('when it is deleted: it is gone once it is composed, and what it has stored stays', async () => {
    await rec.create('deleted');
    const recorder = await rec.run('deleted');
    recorder.say(RECORDING);
    await rec.becomes('deleted', 'Recording');
    await rec.delete('deleted');
    await eventually(() => expect(recorder.stops).toEqual([RecordingEndReason.STOPPED]));
    expect(await rec.get('deleted')).toBeDefined();
    recorder.say(DONE);
    await eventually(async () => expect(await rec.get('deleted')).toBeUndefined());
    expect(
      (await bed.cluster.list(JOBS)).map(({ metadata }) => metadata.name).filter((name) => name.endsWith('-del')),
    ).toEqual([]);
  });

  test('when it is deleted before it began, at once', async () => {
    await rec.create('never', { meetingRef: { name: 'nowhere' } });
    await rec.becomes('never', 'Queued');
    await rec.delete('never');
    await eventually(async () => expect(await rec.get('never')).toBeUndefined());
  });
});

describe('what it has stored', () => {
  test('is deleted when its retention is over, by a Job of its own, also by a later leader', async () => {
    await rec.create('expiring', { retentionDays: 1 });
    const recorder = await rec.run('expiring');
    recorder.say(DONE);
    const status = await rec.becomes('expiring', 'Completed');
    await eventually(async () => expect(await rec.jobOf('expiring')).toBeUndefined());
    await operator.close();
    const finishedAt = '2020-01-01T00:00:00Z';
    await bed.cluster.merge(`/apis/parley.dev/v1alpha1/namespaces/default/recordingjobs/expiring/status`, {
      status: { ...status, finishedAt },
    });
    operator = start();
    const deletion = await eventually(
      async () => (await rec.jobOf('expiring', 'del')) ?? Promise.reject(new Error('nothing is deleted')),
    );
    expect(JSON.stringify(deletion.spec)).toContain('"args":["delete"]');
    await eventually(async () =>
      expect(await rec.condition('expiring', 'Stored')).toMatchObject({ reason: 'DeletingData' }),
    );
    await rec.finish(deletion, 'Complete');
    await eventually(async () =>
      expect(await rec.condition('expiring', 'Stored')).toMatchObject({ status: 'False', reason: 'RetentionOver' }),
    );
    expect(await rec.status('expiring')).toMatchObject({ phase: 'Completed', deletedAt: expect.any(String) as string });
    await eventually(async () => expect(await rec.jobOf('expiring', 'del')).toBeUndefined());
  });

  test('goes first where deletionPolicy says so', async () => {
    await rec.create('wiped', { deletionPolicy: 'Delete' });
    const recorder = await rec.run('wiped');
    recorder.say(DONE);
    await rec.becomes('wiped', 'Completed');
    await rec.delete('wiped');
    const deletion = await eventually(
      async () => (await rec.jobOf('wiped', 'del')) ?? Promise.reject(new Error('nothing is deleted')),
    );
    expect(await rec.get('wiped')).toBeDefined();
    await rec.finish(deletion, 'Complete');
    await eventually(async () => expect(await rec.get('wiped')).toBeUndefined());
  });
});

describe('a meeting that is recorded automatically', () => {
  const storage = { s3: { bucket: 'recordings' } };
  const made = async (): Promise<string[]> =>
    (await bed.cluster.list('/apis/parley.dev/v1alpha1/namespaces/default/recordingjobs'))
      .map(({ metadata }) => metadata.name)
      .filter((name) => name.startsWith('weekly-'));

  test('is, each time that people gather: once, also over a change of leader, and not again when it was stopped', async () => {
    const id = await gather('weekly', { recording: { mode: 'Automatic', storage, retentionDays: 7 } }, 0);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await made()).toEqual([]);
    node.setParticipants(id, 1);
    const [first] = await eventually(async () => {
      const names = await made();
      expect(names).toHaveLength(1);
      return names as [string];
    });
    expect((await rec.get(first))?.spec).toMatchObject({ meetingRef: { name: 'weekly' }, retentionDays: 7, storage });
    expect((await rec.get(first))?.metadata['labels']).toMatchObject({
      'parley.dev/meeting-id': id,
      'parley.dev/recording-origin': 'Automatic',
    });
    expect((await rec.get(first))?.metadata).not.toHaveProperty('ownerReferences');
    const recorder = await rec.run(first);
    recorder.say(RECORDING);
    await rec.becomes(first, 'Recording');
    await rec.patch(first, { stop: true });
    recorder.say(DONE);
    await rec.becomes(first, 'Completed');
    await restart();
    node.setParticipants(id, 2);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await made()).toEqual([first]);
    node.setParticipants(id, 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    node.setParticipants(id, 3);
    const second = await eventually(async () => {
      const names = await made();
      expect(names).toHaveLength(2);
      return names.find((name) => name !== first)!;
    });
    await rec.patch(second, { stop: true });
    await rec.becomes(second, 'Failed', 'StoppedInQueue');
  });
});

describe('what a meeting’s host does', () => {
  const storage = { s3: { bucket: 'recordings' } };
  type Client = RpcMethods<typeof RecordingsService>;
  /** As signaling asks. */
  const ask = async <T>(call: (client: Client) => Promise<T>): Promise<T> => {
    const port = await eventually(() => operator.grpcPort() ?? Promise.reject(new Error('closed')));
    const address = `127.0.0.1:${String(port)}`;
    const channel = createRpcChannel({ address, role: 'operator', credentials: insecureCredentials() });
    try {
      return await eventually(() => call(channel.client(RecordingsService)));
    } finally {
      channel.close();
    }
  };
  const options = { deadlineMs: 5_000 };

  test('begins a recording by the meeting’s template, sees it, stops it, and deletes it with its data', async () => {
    const meetingId = await gather('hosted', { recording: { mode: 'Manual', storage, layout: 'ActiveSpeaker' } });
    const start = (): Promise<string[]> =>
      ask(async (client) => {
        const started = await Promise.all([1, 2].map(() => client.startRecording({ meetingId }, options)));
        return started.map(({ name }) => name);
      });
    const [name = '', again] = await start();
    expect(name).toMatch(/^hosted-\d{8}-\d{6}$/);
    expect([again, ...(await start())]).toEqual([name, name, name]);
    expect((await rec.get(name))?.spec).toMatchObject({ layout: 'ActiveSpeaker', storage });
    const recorder = await rec.run(name);
    recorder.say(RECORDING);
    await rec.becomes(name, 'Recording', 'RecordingNow');
    await eventually(async () => {
      const { recordings } = await ask((client) => client.listRecordings({ meetingId }, options));
      expect(recordings).toMatchObject([{ name, phase: 'Recording', reason: 'RecordingNow', fromTemplate: true }]);
    });
    expect(await ask((client) => client.stopRecording({ meetingId }, options))).toMatchObject({ names: [name] });
    await eventually(() => expect(recorder.stops).toEqual([RecordingEndReason.STOPPED]));
    expect(await ask((client) => client.stopRecording({ meetingId }, options))).toMatchObject({ names: [] });
    recorder.say(DONE);
    await rec.becomes(name, 'Completed');
    await eventually(async () => {
      const { recordings } = await ask((client) => client.listRecordings({ meetingId }, options));
      expect(recordings).toMatchObject([{ phase: 'Completed', outputs: [{ key: 'x/outputs/recording.mp4' }] }]);
    });
    const film = { meetingId, recording: name, output: 'recording.mp4' };
    const link = await ask((client) => client.linkRecordingOutput(film, options));
    expect(link).toMatchObject({ url: '', refusal: 'StoreKeysUnknown' });
    await ask((client) => client.deleteRecording({ meetingId, name }, options));
    const deletion = await eventually(
      async () => (await rec.jobOf(name, 'del')) ?? Promise.reject(new Error('nothing is deleted')),
    );
    await rec.finish(deletion, 'Complete');
    await eventually(async () => expect(await rec.get(name)).toBeUndefined());
  });

  test('is refused where recording is off, where the meeting has ended, and for others’ recordings', async () => {
    const meetingId = await gather('unrecorded');
    const start = (id: string): Promise<unknown> => ask((client) => client.startRecording({ meetingId: id }, options));
    expect(await start(meetingId)).toMatchObject({ name: '', refusal: 'RecordingOff' });
    await bed.cluster.merge(paths.meeting('unrecorded'), { spec: { ended: true } });
    await eventually(async () => expect(await start(meetingId)).toMatchObject({ refusal: 'MeetingEnded' }));
    await ask(async (client) => {
      const missing = { code: 'NOT_FOUND' };
      await expect(client.startRecording({ meetingId: 'abc-defg-hij' }, options)).rejects.toMatchObject(missing);
      await expect(client.deleteRecording({ meetingId, name: 'whole' }, options)).rejects.toMatchObject(missing);
      const film = { meetingId, recording: 'whole', output: 'recording.mp4' };
      await expect(client.linkRecordingOutput(film, options)).rejects.toMatchObject(missing);
    });
  });
});

describe('the queue', () => {
  test('20 at a limit of 4: nothing fails, four at once, in the order in which they were made', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `q-${String(index).padStart(2, '0')}`);
    for (const name of names) await rec.create(name);
    await rec.becomes('q-19', 'Queued', 'QueuedForNamespace');
    await eventually(async () => expect(await rec.status('q-19')).toMatchObject({ queuePosition: 16 }));
    const running = async (): Promise<string[]> =>
      (await bed.cluster.list(JOBS))
        .filter(({ metadata }) => metadata['deletionTimestamp'] === undefined)
        .map(({ metadata }) => (metadata['annotations'] as Record<string, string>)['parley.dev/recording'] ?? '')
        .filter((name) => name.startsWith('q-'))
        .toSorted();
    for (const [done, name] of names.entries()) {
      await eventually(async () => expect(await running()).toEqual(names.slice(done, done + 4)));
      (await rec.run(name)).say(DONE);
      await rec.becomes(name, 'Completed');
    }
    await eventually(async () => expect(await running()).toEqual([]));
  });

  test('a pool’s own limit holds its meetings', async () => {
    await bed.cluster.merge(paths.pool('eu'), { spec: { recording: { maxConcurrent: 0 } } });
    await rec.create('pooled');
    await rec.becomes('pooled', 'Queued', 'QueuedForPool');
    await bed.cluster.merge(paths.pool('eu'), { spec: { recording: null } });
    await rec.becomes('pooled', 'Starting');
    await rec.patch('pooled', { stop: true });
    await rec.becomes('pooled', 'Failed', 'StoppedInQueue');
  });
});

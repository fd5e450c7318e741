/** A recorder with a store that fails in every way: what is decoded in the end is what it says. Law 7. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@parley/process/log.js';
import { RecorderFailureReason, RecorderPhase } from '@parley/proto/gen/parley/v1/recorder_pb.js';
import type { RecordingSettings } from '@parley/recorder/config.js';
import { findGaps } from '@parley/recorder/core/gaps/gaps.js';
import type { ReportInit } from '@parley/recorder/core/report/build-report.js';
import type { Gap, Manifest } from '@parley/recorder/format/recording.js';
import { startRecorder, type Recorder } from '@parley/recorder/program/recorder.js';
import { openStore } from '@parley/recorder/store/open-store.js';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decode, type Decoded } from '../support/decode.js';
import { annsTracks, playTap, type PlayedTrack } from '../support/played-tap.js';
import {
  accessKey,
  secretKey,
  startS3Proxy,
  startS3Server,
  type S3Proxy,
  type S3Server,
} from '@parley/e2e/s3/s3-server.js';

let s3: S3Server;
let tracks: PlayedTrack[];
beforeAll(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = accessKey;
  process.env['AWS_SECRET_ACCESS_KEY'] = secretKey;
  [s3, tracks] = await Promise.all([startS3Server(), annsTracks()]);
  await s3.createBucket('recordings');
});
afterAll(() => s3.close());

let proxy: S3Proxy;
let workDir: string;
let uid = 0;
beforeEach(async () => {
  proxy = await startS3Proxy(s3.endpoint);
  workDir = await mkdtemp(join(tmpdir(), 'recorder-'));
  uid += 1;
});
afterEach(async () => {
  await proxy.close();
  await rm(workDir, { recursive: true, force: true });
});

function settingsFor(other: Partial<RecordingSettings> = {}, bucket = 'recordings'): RecordingSettings {
  const prefix = `team/abc-defg-hij/${String(uid)}/`;
  return {
    ...{ namespace: 'team', job: 'weekly', uid: String(uid), meetingId: 'abc-defg-hij', title: 'Weekly' },
    ...{ layout: 'Gallery', outputs: ['MP4'], maxDurationMs: 600_000, emptyMeetingMs: 600_000 },
    ...{ bufferBytes: 50_000_000, keepSegments: true },
    storage: { s3: { bucket, prefix, endpoint: proxy.endpoint, region: 'us-east-1', forcePathStyle: true } },
    ...other,
  };
}

const mp4 = { key: 'outputs/recording.mp4', bytes: 5, durationMs: 10_500, sha256: 'a'.repeat(64) };
const film = { kind: 'MP4', ...mp4 } as const;

interface Running extends Recorder {
  readonly manifest: Promise<Manifest>;
}

function start(settings = settingsFor()): Running {
  const composed = Promise.withResolvers<Manifest>();
  const recorder = startRecorder({
    ...{ name: 'rec-1', instanceId: 'i', settings, workDir, store: openStore(settings), registry: new Registry() },
    log: createLogger({ process: 'recorder', level: 'silent' }),
    startTap: (listener) => Promise.resolve(playTap(listener, tracks)),
    compose: ({ manifest }) => {
      composed.resolve(manifest);
      return Promise.resolve({ durationMs: manifest.endMs, outputs: [film], missing: [] });
    },
    composeFailure: () => undefined,
  });
  return { ...recorder, manifest: composed.promise };
}

interface Result {
  readonly manifest: Manifest;
  readonly gaps: Gap[];
  /** Of the camera. */
  readonly decoded: Decoded[];
}

/** Every object of the manifest is there, and decodes from its beginning to its end. */
async function resultOf(manifest: Manifest): Promise<Result> {
  const decoded: Decoded[] = [];
  for (const { key, trackId, durationMs } of manifest.segments) {
    const found = await decode(join(s3.directory, 'recordings', `team/abc-defg-hij/${String(uid)}`, key));
    expect(found.lastMs - found.firstMs).toBeLessThanOrEqual(durationMs);
    expect(found.lastMs - found.firstMs).toBeGreaterThan(durationMs - 150);
    if (trackId === 'camera') decoded.push(found);
  }
  const { endMs, segments, events, gaps: known, runs } = manifest;
  return { manifest, decoded, gaps: findGaps({ endMs, segments, events, known, running: runs }) };
}

async function finished(recorder: Running): Promise<Result & { readonly report: ReportInit }> {
  recorder.stop('Stopped');
  const report = await recorder.done;
  return { ...(await resultOf(await recorder.manifest)), report };
}

/** Pictures that the camera sent and nobody can see. */
function missingPictures({ decoded, manifest: { endMs } }: Result): number {
  const sent = Math.floor((endMs / 1_000) * 15);
  return sent - decoded.reduce((sum, { frames }) => sum + frames, 0);
}

describe('a recording', { timeout: 120_000 }, () => {
  it('holds all that was sent, cut into segments, with who was there', async () => {
    const recorder = start();
    await sleep(10_500);
    const result = await finished(recorder);
    expect(result.gaps).toEqual([]);
    expect(missingPictures(result)).toBeLessThanOrEqual(4);
    expect(result.manifest.endMs).toBeGreaterThan(10_000);
    expect(result.manifest.events).toMatchObject([
      { type: 'ParticipantJoined', name: 'Ann' },
      { type: 'TrackStarted', trackId: 'camera' },
      { type: 'TrackStarted', trackId: 'microphone' },
      { type: 'TrackResized', width: 320, height: 180 },
    ]);
    expect(result.report).toMatchObject({ phase: RecorderPhase.DONE, tracks: 2, missingMs: 0n, bufferedBytes: 0n });
    expect(result.report.outputs).toMatchObject([{ key: `team/abc-defg-hij/${String(uid)}/${film.key}` }]);
    expect(
      await readdir(workDir, { recursive: true, withFileTypes: true }).then((all) =>
        all.filter((one) => one.name.endsWith('.mkv')),
      ),
    ).toEqual([]);
  });

  it('loses nothing while the store is away, or refuses every other request', async () => {
    const recorder = start();
    await sleep(2_000);
    proxy.away = true;
    await sleep(6_500);
    expect(recorder.report().storageWaiting?.reason).toBe(RecorderFailureReason.STORAGE_UNREACHABLE);
    expect(Number(recorder.report().bufferedBytes)).toBeGreaterThan(10_000);
    proxy.away = false;
    let requests = 0;
    proxy.refuse = () => ((requests += 1) % 2 === 0 ? 503 : undefined);
    await sleep(4_000);
    const result = await finished(recorder);
    expect(result.gaps).toEqual([]);
    expect(missingPictures(result)).toBeLessThanOrEqual(4);
    expect(result.report).toMatchObject({ phase: RecorderPhase.DONE, bufferedBytes: 0n });
  });

  it('leaves out what the disk has no room for, says so, and goes on when there is room', async () => {
    const recorder = start(settingsFor({ bufferBytes: 100_000 }));
    await sleep(2_500);
    proxy.refuse = ({ method, url = '' }) => (method === 'PUT' && url.includes('segments') ? 503 : undefined);
    await sleep(12_000);
    expect(Number(recorder.report().bufferedBytes)).toBeLessThan(150_000);
    proxy.refuse = () => undefined;
    await sleep(12_000);
    const result = await finished(recorder);
    expect(result.gaps.map(({ trackId, reason }) => [trackId, reason])).toEqual(
      expect.arrayContaining([
        ['camera', 'BufferFull'],
        ['microphone', 'BufferFull'],
      ]),
    );
    const missing = result.gaps
      .filter(({ trackId }) => trackId === 'camera')
      .reduce((sum, { durationMs }) => sum + durationMs, 0);
    expect(Math.abs((missingPictures(result) / 15) * 1_000 - missing)).toBeLessThan(700);
    expect(missing).toBeGreaterThan(3_000);
  });
});

describe('a recorder that is killed', { timeout: 150_000 }, () => {
  const running = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });

  async function run(name: string): Promise<ChildProcess> {
    const program = fileURLToPath(new URL('../support/recording-process.ts', import.meta.url));
    const hooks = fileURLToPath(new URL('../support/from-source.mjs', import.meta.url));
    const child = fork(program, [workDir, name, JSON.stringify(settingsFor())], {
      execArgv: ['--experimental-transform-types', '--no-warnings', '--conditions=parley-source', '--import', hooks],
    });
    running.add(child);
    await once(child, 'spawn');
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Of a recorder's camera, in the store: waits until there are so many. */
  async function segmentsOf(recorder: string, count: number): Promise<number> {
    const folder = join(s3.directory, 'recordings', `team/abc-defg-hij/${String(uid)}/segments/${recorder}/camera`);
    const until = performance.now() + 40_000;
    for (;;) {
      const found = (await readdir(folder).catch(() => [])).length;
      if (found >= count) return found;
      if (performance.now() > until) throw new Error(`${String(found)} segments of ${recorder}`);
      await sleep(100);
    }
  }

  it.each([
    ['and starts again in its pod loses next to nothing of what it had', 'rec-1', 1_000],
    ['with its pod loses a segment of what it had at most', 'rec-2', 4_700],
  ])('%s', async (_, next, mostMs) => {
    const first = await run('rec-1');
    await segmentsOf('rec-1', 3);
    const killedAtMs = Date.now();
    await kill(first);
    if (next !== 'rec-1') await rm(workDir, { recursive: true });
    const before = next === 'rec-1' ? await segmentsOf(next, 3) : 0;
    const second = await run(next);
    await segmentsOf(next, before + 3);
    second.send('stop');
    const [code] = (await once(second, 'exit')) as [number | null];
    expect(code).toBe(0);
    const recorder = start();
    const result = await resultOf(await recorder.manifest);
    await recorder.done;
    expect(new Set(result.manifest.segments.map(({ key }) => key.split('/')[1]))).toEqual(new Set(['rec-1', next]));
    expect(new Set(result.gaps.map(({ reason }) => reason))).toEqual(new Set(['RecorderLost']));
    for (const trackId of ['camera', 'microphone']) {
      const lostFromMs = result.gaps.find((gap) => gap.trackId === trackId)?.startMs ?? NaN;
      expect(killedAtMs - result.manifest.recording.startedAtMs - lostFromMs).toBeLessThan(mostMs);
    }
    expect(result.manifest.events.filter(({ type }) => type === 'TrackStarted')).toHaveLength(2);
  });
});

describe('a recorder that can’t keep anything fails at once, and says why', () => {
  it.each([
    ['without the bucket', 'nobody-has-this', {}, RecorderFailureReason.BUCKET_NOT_FOUND],
    [
      'with wrong credentials',
      'recordings',
      { AWS_SECRET_ACCESS_KEY: 'guessed' },
      RecorderFailureReason.STORAGE_DENIED,
    ],
  ])('%s', async (_, bucket, wrong, reason) => {
    Object.assign(process.env, wrong);
    const report = await start(settingsFor({}, bucket)).done;
    process.env['AWS_SECRET_ACCESS_KEY'] = secretKey;
    expect(report).toMatchObject({ phase: RecorderPhase.FAILED, failure: { reason } });
    expect(report.failure?.message).not.toBe('');
  });

  it('when it was over before it began', async () => {
    const settings = settingsFor();
    const recorder = startRecorder({
      ...{ name: 'rec-1', instanceId: 'i', settings, workDir, store: openStore(settings), registry: new Registry() },
      log: createLogger({ process: 'recorder', level: 'silent' }),
      startTap: () =>
        Promise.resolve({
          applyTopology: () => undefined,
          requestKeyFrame: () => undefined,
          close: () => Promise.resolve(),
        }),
      compose: () => Promise.reject(new Error('nothing to compose')),
      composeFailure: () => undefined,
    });
    recorder.stop('MeetingEnded');
    expect(await recorder.done).toMatchObject({
      phase: RecorderPhase.FAILED,
      failure: { reason: RecorderFailureReason.NOTHING_RECORDED },
    });
  });
});

/**
 * A recorder, from its start to its last report: the store is tried, what earlier pods left is read, the meeting recorded until it is
 * over, and composed. What main.ts starts, and tests in their own process.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@parley/process/log.js';
import { MeetingState, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { Registry } from 'prom-client';
import type { RecordingSettings } from '../config.js';
import { mergeManifest } from '../core/manifest/merge-manifest.js';
import { storeFailure } from '../core/report/failures.js';
import type { Failure, FailureReason, ReportInit } from '../core/report/build-report.js';
import { recordingSchema, type EndReason, type Ended, type Manifest, type Recording } from '../format/recording.js';
import type { Composed } from '../format/result.js';
import { readManifest, type Stored } from '../manifest/read-manifest.js';
import { createRecorderMetrics } from '../metrics/recorder-metrics.js';
import { salvage } from '../session/salvage.js';
import { createSpool, findLeftovers } from '../spool/spool.js';
import { createUploadQueue } from '../spool/upload-queue.js';
import { StoreError, type RecordingStore } from '../store/recording-store.js';
import type { TapControl, TapListener } from '../tap/tap-port.js';
import { MeetingRecording } from './meeting-recording.js';
import { patiently } from './patiently.js';
import { createRecorderState } from './recorder-state.js';

export interface MeetingTap extends TapControl {
  applyTopology(topology: Topology): void;
  close(): Promise<void>;
}

export interface ComposeWork {
  readonly manifest: Manifest;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly phase: 'Composing' | 'Checking'; readonly percent: number }) => void;
}

export interface RecorderOptions {
  readonly name: string;
  readonly instanceId: string;
  readonly settings: RecordingSettings;
  readonly workDir: string;
  readonly store: RecordingStore;
  readonly registry: Registry;
  readonly log: Logger;
  startTap(listener: TapListener): Promise<MeetingTap>;
  /** @throws what `failureOf` knows, or what another attempt may overcome. */
  compose(work: ComposeWork): Promise<Composed>;
  /** Why composing failed for good; undefined: another attempt may overcome it. */
  composeFailure(error: unknown): Failure | undefined;
}

export interface Recorder {
  /** Settles with the last report. Rejects when the process is to be started again. */
  readonly done: Promise<ReportInit>;
  report(): ReportInit;
  onPhase(listener: () => void): () => void;
  topology(topology: Topology): void;
  stop(reason: EndReason): void;
  /** Keeps what there is, for the next process to go on with. Idempotent. */
  close(): Promise<void>;
}

/** A store that does not answer at the start. */
const storeAwayMs = 10 * 60_000;
const composeAwayMs = 30 * 60_000;
/** To keep what there is when the pod is to end. */
const keepMs = 20_000;

export function startRecorder(options: RecorderOptions): Recorder {
  const { store, log, name, workDir } = options;
  const state = createRecorderState(name, options.instanceId);
  const closing = new AbortController();
  const { signal } = closing;
  let meeting: MeetingRecording | undefined;
  let tap: MeetingTap | undefined;
  let newest: Topology | undefined;
  let stopped: EndReason | undefined;

  const storePatience = (forMs: number): Parameters<typeof patiently>[1] => ({
    forMs,
    signal,
    onWaiting: (error) => {
      log.warn({ err: error }, 'waiting for the store');
      state.set({ storageWaiting: storeFailure(error) });
    },
  });

  const follow = (topology: Topology): void => {
    newest = topology;
    const isOurs = topology.meetingId === options.settings.meetingId;
    if (isOurs && topology.state === MeetingState.ENDED) stop('MeetingEnded');
    tap?.applyTopology(topology);
  };

  const stop = (reason: EndReason): void => {
    stopped ??= reason;
    meeting?.stop(stopped);
  };

  async function record(stored: Stored): Promise<Ended | undefined> {
    const local = stored.recording ?? (await readLocal(workDir));
    const leftovers = await findLeftovers(workDir, Date.now());
    const leftBytes = leftovers.ready.reduce((sum, { segment: { bytes } }) => sum + bytes, 0);
    const spool = createSpool({
      directory: workDir,
      recorder: name,
      limitBytes: options.settings.bufferBytes,
      leftBytes,
    });
    const metrics = createRecorderMetrics(options.registry, () => ({
      bufferedBytes: spool.bytes,
      waitingSegments: queue.waiting,
    }));
    const queue = createUploadQueue({
      store,
      log,
      random: Math.random,
      onUploaded: (spooled, seconds) => {
        metrics.uploaded(spooled.segment.bytes, seconds);
        recording.stored(spooled);
        void spool.remove(spooled);
      },
      onLost: (spooled) => recording.lost(spooled),
      onFailed: (reason) => metrics.uploadFailed(reason),
    });
    const recording = new MeetingRecording({
      recorder: name,
      settings: options.settings,
      store,
      stored: { ...stored, recording: local },
      spool,
      queue,
      tap: { requestKeyFrame: (trackId) => tap?.requestKeyFrame(trackId) },
      metrics,
      log,
      signal,
      onStarted: (begun) => {
        state.set({ phase: 'Recording', startedAtMs: begun.startedAtMs });
        writeFile(localPath(workDir), JSON.stringify(begun)).catch((error: unknown) =>
          log.error({ err: error }, 'the recording’s start could not be kept'),
        );
      },
    });
    state.set({ storageWaiting: undefined, ...(local === undefined ? {} : { startedAtMs: local.startedAtMs }) });
    state.ask(() => recording.facts);
    meeting = recording;
    // Meanwhile it records already.
    const salvaging = salvage(leftovers, { spool, directory: workDir, log })
      .then((left) => {
        for (const spooled of left) queue.add(spooled);
      })
      .catch((error: unknown) => log.error({ err: error }, 'what was left could not be taken on'));
    try {
      tap = await options.startTap(recording.listener);
      if (newest !== undefined) tap.applyTopology(newest);
      if (stopped !== undefined) recording.stop(stopped);
      const over = await Promise.race([recording.over, untilAborted(signal)]);
      if (over === undefined) return undefined;
      log.info({ ...over }, 'recording is over');
      state.set({ ended: over });
      await salvaging;
      return await recording.end(over);
    } finally {
      await salvaging;
      if (signal.aborted) await recording.finish(AbortSignal.timeout(keepMs)).catch(() => undefined);
      await tap?.close();
      tap = undefined;
      recording.close();
      queue.close();
    }
  }

  async function compose(): Promise<Composed> {
    state.set({ phase: 'Composing', progressPercent: 0 });
    const { recording, ended, parts } = await patiently(
      () => readManifest(store, signal),
      storePatience(composeAwayMs),
    );
    if (recording === undefined || ended === undefined) throw new Error('what was recorded is not in the store');
    const manifest = mergeManifest(recording, ended, parts);
    state.ask(() => ({}));
    state.set({
      startedAtMs: recording.startedAtMs,
      ended,
      recordedMs: manifest.runs.reduce((sum, { fromMs, untilMs }) => sum + Math.min(untilMs, ended.endMs) - fromMs, 0),
      events: manifest.events,
      segments: manifest.segments.length,
      uploadedBytes: manifest.segments.reduce((sum, { bytes }) => sum + bytes, 0),
      bufferedBytes: 0,
      gaps: [],
    });
    const onProgress: ComposeWork['onProgress'] = ({ phase, percent }) =>
      state.set({ phase, progressPercent: Math.floor(percent) });
    return patiently(() => options.compose({ manifest, signal, onProgress }), storePatience(composeAwayMs));
  }

  function fail(failure: Failure): ReportInit {
    log.error({ ...failure }, 'recording failed');
    state.set({ phase: 'Failed', failure });
    return state.report();
  }

  async function run(): Promise<ReportInit> {
    try {
      await mkdir(workDir, { recursive: true });
      await patiently(() => store.check(signal), storePatience(storeAwayMs));
      const stored = await patiently(() => readManifest(store, signal), storePatience(storeAwayMs));
      const ended = stored.ended ?? (await record(stored));
      signal.throwIfAborted();
      if (ended === undefined) return fail({ reason: 'NothingRecorded', message: 'it was over before it began' });
      const { outputs, missing } = await compose();
      const { storage } = options.settings;
      const { prefix } = 's3' in storage ? storage.s3 : storage;
      // Whoever reads the report has the bucket, or the volume, and no more.
      const whole = outputs.map((output) => ({ ...output, key: `${prefix}${output.key}` }));
      state.set({ phase: 'Done', progressPercent: 100, outputs: whole, gaps: missing });
      return state.report();
    } catch (error) {
      if (signal.aborted) throw error;
      const failure =
        error instanceof StoreError ? storeFailure(error) : (diskFull(error) ?? options.composeFailure(error));
      if (failure === undefined) throw error;
      return fail(failure);
    }
  }

  const done = run();
  return {
    done,
    report: () => state.report(),
    onPhase: (listener) => state.onPhase(listener),
    topology: follow,
    stop,
    async close(): Promise<void> {
      closing.abort(new Error('the process is to end'));
      await done.catch(() => undefined);
    },
  };
}

function localPath(workDir: string): string {
  return join(workDir, 'recording.json');
}

/** As this pod kept it, where the store could not be reached. */
async function readLocal(workDir: string): Promise<Recording | undefined> {
  const text = await readFile(localPath(workDir), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : recordingSchema.parse(JSON.parse(text));
}

function diskFull(error: unknown): { reason: FailureReason; message: string } | undefined {
  const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  return isFull ? { reason: 'DiskFull', message: error.message } : undefined;
}

function untilAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

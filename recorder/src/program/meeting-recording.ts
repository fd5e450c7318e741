/**
 * The time from the tap's first connection until all that was recorded is in the store. Begins by itself when the meeting reaches us,
 * on the clock of the pod that was first.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@parley/process/log.js';
import type { RecordingSettings } from '../config.js';
import { findGaps } from '../core/gaps/gaps.js';
import { lengthOf, union } from '../core/gaps/spans.js';
import { runningSpans } from '../core/manifest/merge-manifest.js';
import type { RecorderFacts } from '../core/report/build-report.js';
import { storeFailure } from '../core/report/failures.js';
import type { SessionEnd } from '../core/session/when-over.js';
import type { EndReason, Ended, Gap, Recording, Segment } from '../format/recording.js';
import { createManifestWriter, type ManifestWriter } from '../manifest/manifest-writer.js';
import type { Stored } from '../manifest/read-manifest.js';
import type { RecorderMetrics } from '../metrics/recorder-metrics.js';
import { startSegmentProcess } from '../segments/segment-process.js';
import { RecordingSession } from '../session/recording-session.js';
import type { Spool, SpooledSegment } from '../spool/spool.js';
import type { UploadQueue } from '../spool/upload-queue.js';
import type { RecordingStore } from '../store/recording-store.js';
import { endedKey, recordingKey } from '../store/storage-keys.js';
import type { TapControl, TapListener } from '../tap/tap-port.js';
import { patiently } from './patiently.js';
import { createRecordingClock, type RecordingClock } from './recording-clock.js';

export interface MeetingRecordingOptions {
  readonly recorder: string;
  readonly settings: RecordingSettings;
  readonly store: RecordingStore;
  readonly stored: Stored;
  readonly spool: Spool;
  readonly queue: UploadQueue;
  readonly tap: TapControl;
  readonly metrics: RecorderMetrics;
  readonly log: Logger;
  /** Ends what waits for the store. */
  readonly signal: AbortSignal;
  onStarted(recording: Recording): void;
}

interface Running {
  readonly session: RecordingSession;
  readonly fromMs: number;
}

const gapsEveryMs = 10_000;
/** What was sent before the end arrives until then. */
const onItsWayMs = 500;
/** A store that is away for longer when all is over fails the recording. */
const storeAwayMs = 30 * 60_000;

export class MeetingRecording {
  readonly #options: MeetingRecordingOptions;
  readonly #over = Promise.withResolvers<SessionEnd | undefined>();
  readonly #segments: Segment[];
  readonly listener: TapListener;
  #running: Running | undefined;
  #writer: ManifestWriter | undefined;
  #clock: RecordingClock | undefined;
  #recordingStored: Promise<unknown> = Promise.resolve();
  #stopped: EndReason | undefined;
  #gaps: { readonly atMs: number; readonly gaps: readonly Gap[] } = { atMs: -Infinity, gaps: [] };

  constructor(options: MeetingRecordingOptions) {
    this.#options = options;
    this.#segments = options.stored.parts.flatMap(({ segments }) => segments);
    const { recording } = options.stored;
    if (recording !== undefined) this.#clock = createRecordingClock(recording.startedAtMs);
    this.listener = this.#listen();
  }

  /** Settles when recording is over; undefined: it never began. */
  get over(): Promise<SessionEnd | undefined> {
    return this.#over.promise;
  }

  stop(reason: EndReason): void {
    this.#stopped = reason;
    if (this.#running !== undefined) this.#running.session.stop(reason);
    else if (this.#clock === undefined) this.#over.resolve(undefined);
    // Another pod began, and this one has not come to it.
    else this.#over.resolve({ reason, endMs: Math.round(this.#clock.nowMs()) });
  }

  stored(spooled: SpooledSegment): void {
    this.#segments.push(spooled.segment);
    this.#manifest().add({ segments: [spooled.segment] });
  }

  lost({ segment: { trackId, startMs, durationMs } }: SpooledSegment): void {
    const gap: Gap = { trackId, startMs, durationMs, reason: 'UploadLost' };
    if (this.#running === undefined) this.#manifest().add({ gaps: [gap] });
    else this.#running.session.missed(gap);
  }

  /** What is open is closed, and all that there is brought into the store. */
  async finish(signal: AbortSignal): Promise<void> {
    await this.#running?.session.close();
    await this.#options.queue.drained(signal);
    await this.#recordingStored;
    await this.#writer?.flushed(signal);
  }

  /** Says in the store that it is over. */
  async end({ reason, endMs }: SessionEnd): Promise<Ended> {
    const ended: Ended = { endMs, reason };
    const bytes = Buffer.from(JSON.stringify(ended));
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(storeAwayMs)]);
    await sleep(onItsWayMs, undefined, { signal });
    await this.finish(signal);
    await patiently(() => this.#options.store.putNew(endedKey, bytes, { contentType: 'application/json' }), {
      forMs: storeAwayMs,
      signal,
    });
    return ended;
  }

  close(): void {
    this.#writer?.close();
  }

  get facts(): Partial<RecorderFacts> {
    const { queue, spool } = this.#options;
    const nowMs = this.#clock?.nowMs() ?? 0;
    return {
      recordedMs: this.#recordedMs(nowMs),
      events: this.#running?.session.events ?? [],
      segments: this.#segments.length,
      uploadedBytes: this.#segments.reduce((sum, { bytes }) => sum + bytes, 0),
      bufferedBytes: spool.bytes,
      gaps: this.#currentGaps(nowMs),
      storageWaiting: queue.waitingFor === undefined ? undefined : storeFailure(queue.waitingFor),
    };
  }

  #recordedMs(nowMs: number): number {
    const runs = runningSpans(this.#options.stored.parts);
    const now = this.#running === undefined ? [] : [{ fromMs: this.#running.fromMs, untilMs: nowMs }];
    return union([...runs, ...now]).reduce((sum, span) => sum + lengthOf(span), 0);
  }

  /** What is on its way does not count as missing: segments are looked at as far as they must be in the store by now. */
  #currentGaps(nowMs: number): readonly Gap[] {
    const running = this.#running;
    if (running === undefined || nowMs - this.#gaps.atMs < gapsEveryMs) return this.#gaps.gaps;
    const { session, fromMs } = running;
    const missing = findGaps({
      endMs: Math.max(0, Math.round(fromMs)),
      segments: this.#segments,
      events: session.events,
      known: session.gaps,
      running: runningSpans(this.#options.stored.parts),
    });
    const now = session.gaps.filter(({ startMs }) => startMs >= fromMs);
    this.#gaps = { atMs: nowMs, gaps: [...missing, ...now] };
    return this.#gaps.gaps;
  }

  /** The first that the tap says is that it is connected: recording begins with it. */
  #listen(): TapListener {
    const begin = (): RecordingSession => (this.#running ??= this.#begin()).session;
    const passed = (): RecordingSession | undefined => this.#running?.session;
    return {
      connectionChanged: (isConnected) => {
        if (isConnected) begin().connectionChanged(true);
        else passed()?.connectionChanged(false);
      },
      participantJoined: (participant) => passed()?.participantJoined(participant),
      participantRenamed: (participant) => passed()?.participantRenamed(participant),
      participantLeft: (id) => passed()?.participantLeft(id),
      trackStarted: (track) => passed()?.trackStarted(track),
      trackMuted: (id, muted) => passed()?.trackMuted(id, muted),
      trackEnded: (id) => passed()?.trackEnded(id),
      streamStarted: (id, stream) => passed()?.streamStarted(id, stream),
      packet: (id, rtp) => passed()?.packet(id, rtp),
      activeSpeakerChanged: (id) => passed()?.activeSpeakerChanged(id),
    };
  }

  #begin(): Running {
    const { settings, stored, spool, tap, metrics, log, queue } = this.#options;
    const { namespace, job, meetingId, title } = settings;
    const fresh: Recording = { version: 1, startedAtMs: Date.now(), namespace, job, meetingId, title };
    const recording = stored.recording ?? fresh;
    const clock = (this.#clock ??= createRecordingClock(recording.startedAtMs));
    this.#recordingStored = this.#store(recording);
    const session = new RecordingSession({
      nowMs: () => clock.nowMs(),
      limits: settings,
      spool,
      manifest: this.#manifest(),
      earlier: stored.parts,
      tap,
      metrics,
      log,
      startProcess: startSegmentProcess,
      upload: (spooled) => queue.add(spooled),
      onOver: (end) => this.#over.resolve(end),
    });
    this.#options.onStarted(recording);
    log.info({ startedAtMs: recording.startedAtMs, isFirst: stored.recording === undefined }, 'recording');
    if (this.#stopped !== undefined) session.stop(this.#stopped);
    return { session, fromMs: clock.nowMs() };
  }

  async #store(recording: Recording): Promise<void> {
    const { store, signal, log } = this.#options;
    const bytes = Buffer.from(JSON.stringify(recording));
    const put = (): Promise<boolean> => store.putNew(recordingKey, bytes, { contentType: 'application/json' });
    await patiently(put, { forMs: Infinity, signal }).catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, 'recording.json could not be stored');
    });
  }

  #manifest(): ManifestWriter {
    const { store, recorder, log } = this.#options;
    const clock = (this.#clock ??= createRecordingClock(Date.now()));
    this.#writer ??= createManifestWriter({ store, recorder, nowMs: () => clock.nowMs(), random: Math.random, log });
    return this.#writer;
  }
}

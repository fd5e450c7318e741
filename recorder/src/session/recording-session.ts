/**
 * Recording, from the tap's first connection to its end: each track to its recorder, each file to the store, what happens to the timeline.
 * Times are on the recording's clock.
 */
import type { Logger } from '@parley/process/log.js';
import { attend, attendAll, departures, type AttendanceState } from '../core/session/attendance-state.js';
import { whenOver, type SessionEnd, type SessionLimits } from '../core/session/when-over.js';
import { canRecord } from '../core/segments/pipeline.js';
import type { EndReason, Gap, ManifestPart, TimelineEvent } from '../format/recording.js';
import type { RecorderMetrics } from '../metrics/recorder-metrics.js';
import type { ManifestWriter } from '../manifest/manifest-writer.js';
import type { SegmentProcess, SegmentProcessOptions, WrittenFile } from '../segments/segment-process.js';
import { TrackRecorder } from '../segments/track-recorder.js';
import type { Spool, SpooledSegment } from '../spool/spool.js';
import type { TapControl, TapListener, TapParticipant, TapStream, TapTrack } from '../tap/tap-port.js';

export interface RecordingSessionOptions {
  readonly nowMs: () => number;
  readonly limits: SessionLimits;
  readonly spool: Spool;
  readonly manifest: Pick<ManifestWriter, 'add'>;
  /** What earlier pods have written. */
  readonly earlier: readonly ManifestPart[];
  readonly tap: TapControl;
  readonly metrics: RecorderMetrics;
  readonly log: Logger;
  startProcess(options: SegmentProcessOptions): SegmentProcess;
  upload(spooled: SpooledSegment): void;
  onOver(end: SessionEnd): void;
}

interface Recorded {
  readonly track: TapTrack;
  readonly recorder: TrackRecorder | undefined;
}

const tickMs = 100;
/** Those who are there come right after the tap is connected; then the others whom an earlier pod knew have gone. */
const rollCallMs = 2_000;

export class RecordingSession implements TapListener {
  readonly #options: RecordingSessionOptions;
  readonly #tracks = new Map<string, Recorded>();
  readonly #people = new Set<string>();
  readonly #taking = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly events: TimelineEvent[];
  readonly gaps: Gap[];
  #known: AttendanceState;
  #isConnected = false;
  #reconnectedAtMs = -Infinity;
  #rollCall: NodeJS.Timeout | undefined;
  #emptySinceMs: number | undefined;
  #stopped: EndReason | undefined;
  #meetingEnded = false;
  #over: SessionEnd | undefined;

  constructor(options: RecordingSessionOptions) {
    this.#options = options;
    const { news, state } = attendAll(
      options.earlier.flatMap(({ events }) => events).toSorted((a, b) => a.atMs - b.atMs),
    );
    this.events = [...news];
    this.gaps = options.earlier.flatMap(({ gaps }) => gaps);
    this.#known = state;
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  get tracks(): number {
    return new Set(this.events.flatMap((event) => (event.type === 'TrackStarted' ? event.trackId : []))).size;
  }

  /** What the operator said. */
  stop(reason: EndReason): void {
    this.#stopped ??= reason;
    this.#tick();
  }

  meetingEnded(): void {
    this.#meetingEnded = true;
    this.#tick();
  }

  /** Settles when all that was recorded is on its way into the store. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#rollCall);
    await Promise.all([...this.#tracks.values()].flatMap(({ recorder }) => recorder?.close() ?? []));
    while (this.#taking.size > 0) await Promise.all(this.#taking);
  }

  connectionChanged(isConnected: boolean): void {
    const nowMs = this.#options.nowMs();
    if (isConnected && !this.#isConnected) this.#reconnectedAtMs = nowMs;
    this.#isConnected = isConnected;
    // Whom it can't see may be there.
    this.#emptySinceMs = isConnected && this.#people.size === 0 ? nowMs : undefined;
    if (isConnected) this.#rollCall ??= setTimeout(() => this.#callRoll(), rollCallMs);
  }

  participantJoined({ id: participantId, name }: TapParticipant): void {
    this.#people.add(participantId);
    this.#emptySinceMs = undefined;
    const type = this.#known.names.has(participantId) ? 'ParticipantRenamed' : 'ParticipantJoined';
    this.#happened({ type, atMs: this.#atMs, participantId, name });
  }

  participantRenamed({ id: participantId, name }: TapParticipant): void {
    this.#happened({ type: 'ParticipantRenamed', atMs: this.#atMs, participantId, name });
  }

  participantLeft(participantId: string): void {
    this.#people.delete(participantId);
    if (this.#people.size === 0 && this.#isConnected) this.#emptySinceMs = this.#options.nowMs();
    this.#happened({ type: 'ParticipantLeft', atMs: this.#atMs, participantId });
  }

  trackStarted(track: TapTrack): void {
    const { id: trackId, participantId, source, codec, muted } = track;
    if (this.#over !== undefined || this.#tracks.has(trackId)) return;
    this.#happened({ type: 'TrackStarted', atMs: this.#atMs, trackId, participantId, source, codec, muted });
    // An earlier pod may have known it otherwise.
    this.#happened({ type: muted ? 'TrackMuted' : 'TrackUnmuted', atMs: this.#atMs, trackId });
    this.#tracks.set(trackId, { track, recorder: canRecord(codec) ? this.#record(track) : undefined });
    this.#options.metrics.tracks(this.#tracks.size);
    if (!canRecord(codec)) this.#options.log.warn({ trackId, codec }, 'track cannot be recorded');
  }

  trackMuted(trackId: string, muted: boolean): void {
    if (!muted) this.#tracks.get(trackId)?.recorder?.unmuted();
    this.#happened({ type: muted ? 'TrackMuted' : 'TrackUnmuted', atMs: this.#atMs, trackId });
  }

  trackEnded(trackId: string): void {
    const recorded = this.#tracks.get(trackId);
    this.#tracks.delete(trackId);
    this.#options.metrics.tracks(this.#tracks.size);
    this.#happened({ type: 'TrackEnded', atMs: this.#atMs, trackId });
    if (recorded?.recorder !== undefined) this.#await(recorded.recorder.close());
  }

  streamStarted(trackId: string, stream: TapStream): void {
    this.#tracks.get(trackId)?.recorder?.streamStarted(stream);
  }

  packet(trackId: string, rtp: Buffer): void {
    this.#options.metrics.packet(rtp.length);
    this.#tracks.get(trackId)?.recorder?.packet(rtp);
  }

  activeSpeakerChanged(participantId: string | undefined): void {
    this.#happened({
      type: 'ActiveSpeaker',
      atMs: this.#atMs,
      ...(participantId === undefined ? {} : { participantId }),
    });
  }

  get #atMs(): number {
    return Math.max(0, Math.round(this.#options.nowMs()));
  }

  #record(track: TapTrack): TrackRecorder {
    const { spool, nowMs, metrics, tap } = this.#options;
    const log = this.#options.log.child({ trackId: track.id });
    return new TrackRecorder({
      track,
      log,
      nowMs,
      hasRoom: () => spool.hasRoom,
      silenceReason: (sinceMs) => (!this.#isConnected || this.#reconnectedAtMs >= sinceMs ? 'RelayLost' : 'NoMedia'),
      startProcess: (options) => this.#startProcess(track.id, options),
      requestKeyFrame: () => {
        metrics.keyFrameAsked();
        tap.requestKeyFrame(track.id);
      },
      onFile: (file) => this.#await(this.#take(track.id, file)),
      onGap: (gap) => this.missed(gap),
      onResized: ({ width, height }) =>
        this.#happened({ type: 'TrackResized', atMs: this.#atMs, trackId: track.id, width, height }),
      onLost: (packets) => metrics.packetsLost(packets),
    });
  }

  #startProcess(trackId: string, options: Omit<SegmentProcessOptions, 'directory'>): SegmentProcess {
    const { spool, metrics } = this.#options;
    const directory = spool.openFolder(trackId, options.baseMs);
    metrics.processStarted();
    const process = this.#options.startProcess({
      ...options,
      directory,
      onEnded: (end) => {
        metrics.processEnded(end.failed);
        // What it told of is being taken.
        this.#await(Promise.all(this.#taking).then(() => spool.closeFolder(directory)));
        options.onEnded(end);
      },
    });
    return {
      ...process,
      write: (packet) => {
        const isTaken = process.write(packet);
        if (isTaken) spool.writing(directory, packet.bytes.length);
        return isTaken;
      },
    };
  }

  async #take(trackId: string, file: WrittenFile): Promise<void> {
    const spooled = await this.#options.spool.take(trackId, file);
    if (spooled !== undefined) this.#options.upload(spooled);
  }

  /** Media that is not, or will not be, in the store. */
  missed(gap: Gap): void {
    this.#options.log.warn({ ...gap }, 'media is missing');
    this.gaps.push(gap);
    this.#options.manifest.add({ gaps: [gap] });
  }

  #happened(event: TimelineEvent): void {
    if (this.#over !== undefined) return;
    const next = attend(this.#known, event);
    if (next === undefined) return;
    this.#known = next;
    this.events.push(event);
    this.#options.manifest.add({ events: [event] });
  }

  #callRoll(): void {
    const here = { participants: this.#people, tracks: new Set(this.#tracks.keys()) };
    for (const event of departures(this.#known, here, this.#atMs)) this.#happened(event);
  }

  #tick(): void {
    const nowMs = this.#options.nowMs();
    for (const { recorder } of this.#tracks.values()) recorder?.tick();
    if (this.#over !== undefined) return;
    const facts = {
      nowMs,
      emptySinceMs: this.#emptySinceMs,
      stopped: this.#stopped,
      meetingEnded: this.#meetingEnded,
    };
    this.#over = whenOver(facts, this.#options.limits);
    if (this.#over !== undefined) this.#options.onOver({ ...this.#over, endMs: Math.round(this.#over.endMs) });
  }

  #await(work: Promise<void>): void {
    const settled = work
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'segment could not be kept'))
      .finally(() => this.#taking.delete(settled));
    this.#taking.add(settled);
  }
}

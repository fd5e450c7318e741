/**
 * One track: its packets put in order and given their time, passed to a process that writes segments, which is begun anew where the
 * stream changes, ends or breaks. What it can't write is a hole with a reason.
 */
import type { Logger } from '@parley/process/log.js';
import { h264ParameterSet } from '../core/segments/h264-parameters.js';
import { isKeyFrameDue, turnOf } from '../core/segments/key-frame-due.js';
import { emptyReorder, releaseDue, reorder, type ArrivedPacket, type Reordered } from '../core/rtp/reorder.js';
import { parseRtpPacket, type RtpPacket } from '../core/rtp/rtp-packet.js';
import { startRtpClock, tickRtpClock, type RtpClockState } from '../core/rtp/rtp-clock.js';
import type { Gap, GapReason } from '../format/recording.js';
import type { TapStream, TapTrack } from '../tap/tap-port.js';
import type { SegmentProcess, SegmentProcessOptions, WrittenFile } from './segment-process.js';

export interface TrackRecorderOptions {
  readonly track: TapTrack;
  readonly log: Logger;
  /** On the recording's clock. */
  readonly nowMs: () => number;
  /** Whether there is room on the disk for more. */
  readonly hasRoom: () => boolean;
  /** Why nothing may have come since then. */
  readonly silenceReason: (sinceMs: number) => GapReason;
  startProcess(
    options: Pick<SegmentProcessOptions, 'codec' | 'stream' | 'baseMs' | 'log' | 'onFile' | 'onResized' | 'onEnded'>,
  ): SegmentProcess;
  requestKeyFrame(): void;
  onFile(file: WrittenFile): void;
  onGap(gap: Gap): void;
  onResized(size: { readonly width: number; readonly height: number }): void;
  /** Packets that never came. */
  onLost(packets: number): void;
}

const limits = { waitMs: 250, packets: 512 };
/** Longer silences are holes; Opus sends something every 400 ms in silence too, and a picture that stands still every second. */
const silentMs = { microphone: 600, 'screen-audio': 600, camera: 1_000, screen: 2_500 } as const;
/** So long after the last packet its segment is closed, so that it is uploaded. */
const idleMs = 3_000;
const restartMs = 1_000;

export class TrackRecorder {
  readonly #options: TrackRecorderOptions;
  #stream: TapStream | undefined;
  #waiting = emptyReorder;
  #clock: RtpClockState | undefined;
  #run: SegmentProcess | undefined;
  /** With those that write their last segment. */
  #processes = 0;
  #whenEnded: (() => void) | undefined;
  #parameters: Uint8Array | undefined;
  #last: { readonly atMs: number; readonly frameMs: number } | undefined;
  #lastArrivedMs = 0;
  #hole: { readonly fromMs: number; readonly reason: GapReason } | undefined;
  #failedAtMs = -Infinity;
  #cutAtMs = 0;
  #askedAtMs: number | undefined;
  #broken = false;
  /** Packets without media, of this stream. */
  #left = 0;
  #streamRuns = 0;
  #expectedSinceMs = 0;
  #closed = false;

  constructor(options: TrackRecorderOptions) {
    this.#options = options;
  }

  streamStarted(stream: TapStream): void {
    this.#pass(releaseDue(this.#waiting, Infinity, limits));
    this.#endRun();
    this.#waiting = emptyReorder;
    if (!stream.keepsTimestamps) this.#clock = undefined;
    this.#stream = stream;
    this.#left = 0;
    this.#streamRuns = 0;
  }

  /** What it sends is to be recorded from now on: silence before was none. */
  unmuted(): void {
    this.#expectedSinceMs = this.#options.nowMs();
  }

  packet(rtp: Uint8Array): void {
    const packet = parseRtpPacket(rtp);
    if (packet === undefined || this.#closed) return;
    const arrivedMs = this.#options.nowMs();
    this.#lastArrivedMs = arrivedMs;
    this.#pass(reorder(this.#waiting, { packet, arrivedMs }, limits));
  }

  /** Ten times a second. */
  tick(): void {
    const nowMs = this.#options.nowMs();
    this.#pass(releaseDue(this.#waiting, nowMs, limits));
    this.#run?.flush();
    if (this.#run === undefined) return;
    if (nowMs - this.#lastArrivedMs > idleMs) this.#endRun();
    else this.#askForKeyFrame(nowMs);
  }

  /** Settles when its last segment is written. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#pass(releaseDue(this.#waiting, Infinity, limits));
      this.#closed = true;
      this.#endRun();
      this.#closeHole(this.#options.nowMs());
    }
    if (this.#processes > 0) await new Promise<void>((resolve) => (this.#whenEnded = resolve));
  }

  #pass({ state, due, lost }: Omit<Reordered, 'dropped'>): void {
    this.#waiting = state;
    if (lost > 0) {
      this.#options.onLost(lost);
      this.#broken = this.#options.track.kind === 'video';
    }
    for (const arrived of due) this.#write(arrived);
  }

  #write({ packet, arrivedMs }: ArrivedPacket): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    if (packet.payloadBytes === 0) {
      this.#left += 1;
      return;
    }
    const tick = { timestamp: packet.timestamp, arrivedMs };
    this.#clock = this.#clock === undefined ? startRtpClock(stream.clockRate, tick) : tickRtpClock(this.#clock, tick);
    const atMs = Math.max(0, this.#clock.atMs, this.#last?.atMs ?? 0);
    if (this.#options.track.codec === 'h264') this.#followParameters(packet);
    this.#noticeSilence(atMs);
    const refused = this.#offer(stream, numbered(packet, this.#left), atMs);
    if (refused === undefined) this.#closeHole(atMs);
    else this.#openHole(atMs, refused);
    const { source } = this.#options.track;
    const before = this.#last?.atMs;
    if (before !== atMs) this.#last = { atMs, frameMs: Math.min(atMs - (before ?? atMs), silentMs[source]) };
  }

  /** Undefined: it is written. Otherwise why not. */
  #offer(stream: TapStream, bytes: Uint8Array, atMs: number): GapReason | undefined {
    if (!this.#options.hasRoom()) {
      this.#endRun();
      return 'BufferFull';
    }
    if (this.#run === undefined && this.#options.nowMs() - this.#failedAtMs < restartMs) return 'RecorderLost';
    this.#run ??= this.#startRun(stream, atMs);
    if (this.#run.write({ bytes, atMs })) return undefined;
    this.#options.log.warn({}, 'segment process takes nothing any more');
    this.#failedAtMs = this.#options.nowMs();
    this.#endRun();
    return 'RecorderLost';
  }

  #startRun(stream: TapStream, atMs: number): SegmentProcess {
    const { track, log } = this.#options;
    this.#cutAtMs = atMs - turnOf(track.id);
    // Only a stream's very first packet is sure to begin a key frame.
    this.#broken = track.kind === 'video' && this.#streamRuns > 0;
    this.#streamRuns += 1;
    this.#processes += 1;
    const process = this.#options.startProcess({
      codec: track.codec,
      stream,
      baseMs: Math.floor(atMs),
      log,
      onFile: (file) => {
        this.#cutAtMs = Math.max(this.#cutAtMs, file.untilMs);
        this.#askedAtMs = undefined;
        this.#options.onFile(file);
      },
      onResized: (size) => this.#options.onResized(size),
      onEnded: ({ failed }) => {
        this.#processes -= 1;
        if (this.#run === process) {
          this.#run = undefined;
          this.#failedAtMs = failed ? this.#options.nowMs() : -Infinity;
        }
        if (this.#processes === 0) this.#whenEnded?.();
      },
    });
    return process;
  }

  #endRun(): void {
    const run = this.#run;
    this.#run = undefined;
    run?.end(this.#mediaEndMs);
  }

  get #mediaEndMs(): number {
    return this.#last === undefined ? 0 : this.#last.atMs + this.#last.frameMs;
  }

  #followParameters({ bytes, payloadBytes }: RtpPacket): void {
    const parameters = h264ParameterSet(bytes.subarray(bytes.length - payloadBytes));
    if (parameters === undefined) return;
    const same = this.#parameters !== undefined && Buffer.compare(this.#parameters, parameters) === 0;
    if (same) return;
    this.#parameters = Buffer.from(parameters);
    this.#endRun();
    // This packet begins a key frame.
    this.#streamRuns = 0;
  }

  #noticeSilence(atMs: number): void {
    if (this.#last === undefined || this.#hole !== undefined) return;
    const sinceMs = Math.max(this.#mediaEndMs, this.#expectedSinceMs);
    if (atMs - sinceMs <= silentMs[this.#options.track.source]) return;
    this.#openHole(sinceMs, this.#options.silenceReason(sinceMs));
    this.#closeHole(atMs);
  }

  #openHole(fromMs: number, reason: GapReason): void {
    this.#hole ??= { fromMs, reason };
  }

  #closeHole(untilMs: number): void {
    const hole = this.#hole;
    this.#hole = undefined;
    if (hole === undefined) return;
    const startMs = Math.round(hole.fromMs);
    const durationMs = Math.round(untilMs) - startMs;
    if (durationMs > 0)
      this.#options.onGap({ trackId: this.#options.track.id, startMs, durationMs, reason: hole.reason });
  }

  #askForKeyFrame(nowMs: number): void {
    if (this.#options.track.kind !== 'video') return;
    const times = { cutAtMs: this.#cutAtMs, askedAtMs: this.#askedAtMs, isBroken: this.#broken };
    if (!isKeyFrameDue(times, nowMs)) return;
    this.#askedAtMs = nowMs;
    this.#broken = false;
    this.#options.requestKeyFrame();
  }
}

/** With a sequence number that has no hole where packets without media were left out: they would look lost. */
function numbered({ bytes, sequence }: RtpPacket, leftOut: number): Uint8Array {
  if (leftOut === 0) return bytes;
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE((sequence - (leftOut % 0x10000) + 0x10000) % 0x10000, 2);
  return copy;
}

/** What a recorder does. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { storeErrorReasons, type StoreErrorReason } from '../store/recording-store.js';

export interface RecorderMetrics {
  tracks(count: number): void;
  packet(bytes: number): void;
  packetsLost(count: number): void;
  keyFrameAsked(): void;
  processStarted(): void;
  processEnded(failed: boolean): void;
  uploaded(bytes: number, seconds: number): void;
  uploadFailed(reason: StoreErrorReason): void;
}

export interface RecorderGauges {
  readonly bufferedBytes: number;
  readonly waitingSegments: number;
}

const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300];

export function createRecorderMetrics(registry: Registry, gauges: () => RecorderGauges): RecorderMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string, read?: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      ...(read === undefined
        ? {}
        : {
            collect(): void {
              this.set(read());
            },
          }),
    });
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
  const tracks = gauge('parley_recorder_tracks', 'Tracks that are being recorded.');
  gauge(
    'parley_recorder_buffered_bytes',
    'Segments on the disk that are not in the store yet.',
    () => gauges().bufferedBytes,
  );
  gauge('parley_recorder_waiting_segments', 'Segments that wait for the store.', () => gauges().waitingSegments);
  const packets = counter('parley_recorder_packets_total', 'RTP packets that came from the tap.');
  const bytes = counter('parley_recorder_bytes_total', 'Bytes of those packets.');
  const lost = counter('parley_recorder_packets_lost_total', 'RTP packets that never came.');
  const asked = counter('parley_recorder_key_frames_asked_total', 'Key frames that were asked for.');
  const processes = gauge('parley_recorder_segment_processes', 'Processes that write segments.');
  const failures = counter('parley_recorder_segment_process_failures_total', 'Processes that failed or hung.');
  const segments = counter('parley_recorder_segments_total', 'Segments stored.');
  const stored = counter('parley_recorder_uploaded_bytes_total', 'Bytes of those segments.');
  const lag = new Histogram({
    name: 'parley_recorder_upload_lag_seconds',
    help: 'From when a segment is whole until it is stored.',
    buckets,
    registers,
  });
  const refused = new Counter({
    name: 'parley_recorder_upload_failures_total',
    help: 'Tries to store a segment that failed, by reason.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of storeErrorReasons) refused.inc({ reason }, 0);
  return {
    tracks: (count) => tracks.set(count),
    packet: (length) => {
      packets.inc();
      bytes.inc(length);
    },
    packetsLost: (count) => lost.inc(count),
    keyFrameAsked: () => asked.inc(),
    processStarted: () => processes.inc(),
    processEnded: (failed) => {
      processes.dec();
      if (failed) failures.inc();
    },
    uploaded: (length, seconds) => {
      segments.inc();
      stored.inc(length);
      lag.observe(seconds);
    },
    uploadFailed: (reason) => refused.inc({ reason }),
  };
}

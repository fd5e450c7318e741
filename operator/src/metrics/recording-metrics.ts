import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What becomes of RecordingJobs. */
export interface RecordingMetrics {
  readonly queued: Gauge;
  readonly recording: Gauge;
  readonly waitSeconds: Histogram;
  readonly actions: Counter<'action' | 'reason'>;
  readonly finished: Counter<'phase' | 'reason'>;
  readonly missingSeconds: Counter;
}

const WAIT_BUCKETS = [0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600];

export function createRecordingMetrics(registry: Registry): RecordingMetrics {
  const registers = [registry];
  const name = (suffix: string): string => `parley_operator_recording${suffix}`;
  return {
    queued: new Gauge({ name: name('s_queued'), help: 'RecordingJobs that wait for their turn', registers }),
    recording: new Gauge({
      name: name('s_running'),
      help: 'RecordingJobs whose turn has come and that are not over',
      registers,
    }),
    waitSeconds: new Histogram({
      name: name('_wait_seconds'),
      help: 'Time from the creation of a RecordingJob to its recorder’s, in seconds',
      buckets: WAIT_BUCKETS,
      registers,
    }),
    actions: new Counter({
      name: name('_actions_total'),
      help: 'What was done for RecordingJobs, by action and reason',
      labelNames: ['action', 'reason'],
      registers,
    }),
    finished: new Counter({
      name: name('s_finished_total'),
      help: 'RecordingJobs that are over, by phase and reason',
      labelNames: ['phase', 'reason'],
      registers,
    }),
    missingSeconds: new Counter({
      name: name('_missing_seconds_total'),
      help: 'Seconds of media that are missing in recordings that are over',
      registers,
    }),
  };
}

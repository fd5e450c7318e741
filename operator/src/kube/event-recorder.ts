import type { Logger } from 'pino';
import { createBoundedMap } from './bounded-map.js';
import { pause, type Clock } from './clock.js';
import { buildEvent, buildSeriesPatch, eventSeriesKey, objectOf, startEventSeries } from './event-series.js';
import type { EventInput, EventReporter, EventSeries } from './event-series.js';
import { createFifo } from './fifo.js';
import type { KubeClient, KubeRequest } from './kube-client.js';
import { KubeError } from './kube-error.js';
import { resourcePath } from './kube-resource.js';
import type { KubeMetrics } from './metrics.js';
import { createTokenBucket, type TokenBucket, type TokenBucketLimit } from './token-bucket.js';
import { untilAborted } from './until-aborted.js';

/** Writes events in the background: dedupes, limits, drops when it must. Never throws, never waits. */
export interface EventRecorder {
  record(event: EventInput): void;
  /** Sends what is still queued, within a deadline. */
  close(): Promise<void>;
}

export interface EventRecorderDeps {
  readonly client: Pick<KubeClient, 'request'>;
  readonly reporter: EventReporter;
  readonly clock: Clock;
  readonly metrics: KubeMetrics;
  readonly log: Logger;
  readonly limits?: Partial<EventLimits>;
}

export interface EventLimits {
  /** New events of one object; repetitions of one don't count. */
  readonly perObject: TokenBucketLimit;
  /** Requests of this recorder. */
  readonly overall: TokenBucketLimit;
  readonly maxQueued: number;
  /** Events that are remembered for their repetitions. */
  readonly maxRemembered: number;
  /** After so long without a repetition an event begins anew. */
  readonly seriesMs: number;
  /** Repetitions of one event are sent no more often. */
  readonly repeatMs: number;
}

const DEFAULT_LIMITS: EventLimits = {
  perObject: { burst: 25, perSecond: 1 / 30 },
  overall: { burst: 50, perSecond: 20 },
  maxQueued: 1_000,
  maxRemembered: 4_096,
  seriesMs: 360_000,
  repeatMs: 10_000,
};
const EVENTS = { apiVersion: 'events.k8s.io/v1', kind: 'Event', plural: 'events', namespaced: true } as const;
const MAX_ATTEMPTS = 3;
const RETRY_MS = 1_000;
const CLOSE_DEADLINE_MS = 2_000;
const REQUEST_DEADLINE_MS = 5_000;

export function createEventRecorder(deps: EventRecorderDeps): EventRecorder {
  const { client, clock, metrics, log, reporter } = deps;
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const monotonicMs = (): number => clock.monotonicMs();
  const overall = createTokenBucket(limits.overall, monotonicMs);
  const buckets = createBoundedMap<TokenBucket>(limits.maxRemembered);
  const remembered = createBoundedMap<EventSeries>(limits.maxRemembered);
  const queue = createFifo<EventSeries>();
  const closing = new AbortController();
  let sending: Promise<void> | undefined;
  for (const outcome of ['created', 'repeated', 'limited', 'dropped', 'failed']) metrics.events.inc({ outcome }, 0);

  const enqueue = (series: EventSeries): void => {
    if (closing.signal.aborted || series.queued || series.count === series.sentCount) return;
    if (queue.length >= limits.maxQueued) {
      metrics.events.inc({ outcome: 'dropped' });
      return;
    }
    series.queued = true;
    queue.push(series);
    sending ??= sendAll().finally(() => {
      sending = undefined;
    });
  };
  const enqueueAfter = (series: EventSeries, delayMs: number): void => {
    void pause(clock, delayMs, closing.signal).then(() => {
      enqueue(series);
    });
  };
  const enqueueRepeat = (series: EventSeries): void => {
    const sinceMs = clock.monotonicMs() - series.sentAtMs;
    if (series.sentCount === 0 || sinceMs >= limits.repeatMs) enqueue(series);
    else if (series.count === series.sentCount + 1) enqueueAfter(series, limits.repeatMs - sinceMs);
  };
  const record = (input: EventInput): void => {
    if (closing.signal.aborted) return;
    const key = eventSeriesKey(input);
    const known = remembered.get(key);
    const nowMs = clock.nowMs();
    if (known !== undefined && nowMs - known.lastAtMs < limits.seriesMs) {
      known.count += 1;
      known.lastAtMs = nowMs;
      enqueueRepeat(known);
      return;
    }
    const object = objectOf(input);
    const bucket = buckets.get(object) ?? createTokenBucket(limits.perObject, monotonicMs);
    buckets.set(object, bucket);
    if (!bucket.tryTake()) {
      metrics.events.inc({ outcome: 'limited' });
      return;
    }
    const series = startEventSeries(input, nowMs);
    remembered.set(key, series);
    enqueue(series);
  };

  const sendAll = async (): Promise<void> => {
    for (let series = queue.shift(); series !== undefined; series = queue.shift()) {
      series.queued = false;
      // When closing, what is left goes out without waiting.
      for (let waitMs = overall.waitMs(); waitMs > 0 && !closing.signal.aborted; waitMs = overall.waitMs())
        await pause(clock, waitMs, closing.signal);
      overall.tryTake();
      await send(series);
    }
  };
  const send = async (series: EventSeries): Promise<void> => {
    const count = series.count;
    try {
      await client.request(requestOf(series, reporter));
      metrics.events.inc({ outcome: series.sentCount === 0 ? 'created' : 'repeated' });
      series.sentCount = count;
      series.sentAtMs = clock.monotonicMs();
      series.attempts = 0;
    } catch (thrown) {
      takeError(series, KubeError.from(thrown));
    }
  };
  const takeError = (series: EventSeries, error: KubeError): void => {
    series.attempts += 1;
    if (error.code === 'AlreadyExists') {
      // An earlier attempt has arrived after all.
      series.sentCount = 1;
      enqueueRepeat(series);
      return;
    }
    const vanished = error.code === 'NotFound' && series.sentCount > 0;
    if (vanished) series.sentCount = 0;
    if ((vanished || error.class === 'Retry') && series.attempts < MAX_ATTEMPTS && !closing.signal.aborted) {
      enqueueAfter(series, error.retryAfterMs ?? RETRY_MS * series.attempts);
      return;
    }
    metrics.events.inc({ outcome: 'failed' });
    log.warn(
      { err: error, reason: series.input.reason, object: objectOf(series.input) },
      'an event could not be written',
    );
  };

  return {
    record: (input) => {
      try {
        record(input);
      } catch (error) {
        log.error({ err: error }, 'an event could not be recorded');
      }
    },
    close: async () => {
      closing.abort();
      if (sending === undefined) return;
      const deadline = new AbortController();
      const cancel = clock.after(CLOSE_DEADLINE_MS, () => {
        deadline.abort();
      });
      await untilAborted(sending, deadline.signal).catch(() => undefined);
      cancel();
      queue.clear();
    },
  };
}

function requestOf(series: EventSeries, reporter: EventReporter): KubeRequest {
  const deadlineMs = REQUEST_DEADLINE_MS;
  const { namespace, name } = series;
  if (series.sentCount === 0) {
    const path = resourcePath(EVENTS, { namespace });
    return { method: 'POST', path, body: buildEvent(series, reporter), deadlineMs };
  }
  return {
    method: 'PATCH',
    path: resourcePath(EVENTS, { namespace, name }),
    contentType: 'application/merge-patch+json',
    body: buildSeriesPatch(series),
    deadlineMs,
  };
}

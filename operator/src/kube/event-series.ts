import { createHash } from 'node:crypto';
import { microTime } from './lease-store.js';

/** What an event is about. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
}

export interface EventInput {
  readonly regarding: ObjectReference;
  readonly type: 'Normal' | 'Warning';
  /** From a closed vocabulary, UpperCamelCase (law 5). */
  readonly reason: string;
  /** What was done, UpperCamelCase. */
  readonly action: string;
  readonly note: string;
}

/** One event and its repetitions, as one object in the API. */
export interface EventSeries {
  readonly input: EventInput;
  readonly name: string;
  readonly namespace: string;
  readonly firstAtMs: number;
  lastAtMs: number;
  count: number;
  /** Of which the API server knows; 0 while the object isn't there. */
  sentCount: number;
  sentAtMs: number;
  queued: boolean;
  attempts: number;
}

/** Limits of the API's validation. */
const MAX_NOTE_BYTES = 1_024;
const MAX_WORD_LENGTH = 128;
const MAX_NAME_PREFIX_LENGTH = 200;

/** What makes two events the same. */
export function eventSeriesKey(input: EventInput): string {
  const { regarding } = input;
  return JSON.stringify([objectOf(input), regarding.uid, input.type, input.reason, input.action, input.note]);
}

/** The object that an event counts against when there are too many. */
export function objectOf(input: EventInput): string {
  const { regarding } = input;
  return `${regarding.apiVersion}/${regarding.kind}/${regarding.namespace ?? ''}/${regarding.name}`;
}

export function startEventSeries(input: EventInput, nowMs: number): EventSeries {
  const digest = createHash('sha256')
    .update(`${eventSeriesKey(input)}${nowMs}`)
    .digest('hex')
    .slice(0, 16);
  return {
    input,
    name: `${input.regarding.name.slice(0, MAX_NAME_PREFIX_LENGTH)}.${digest}`,
    // Events of what has no namespace stand in `default`.
    namespace: input.regarding.namespace ?? 'default',
    firstAtMs: nowMs,
    lastAtMs: nowMs,
    count: 1,
    sentCount: 0,
    sentAtMs: 0,
    queued: false,
    attempts: 0,
  };
}

export interface EventReporter {
  /** For example `parley.dev/operator`. */
  readonly controller: string;
  /** The pod's name. */
  readonly instance: string;
}

/** An `events.k8s.io/v1` Event. */
export function buildEvent(series: EventSeries, reporter: EventReporter): unknown {
  const { input } = series;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: series.name, namespace: series.namespace },
    eventTime: microTime(series.firstAtMs),
    type: input.type,
    reason: input.reason.slice(0, MAX_WORD_LENGTH),
    action: input.action.slice(0, MAX_WORD_LENGTH),
    note: shortened(input.note),
    regarding: input.regarding,
    reportingController: reporter.controller,
    reportingInstance: reporter.instance,
    ...(series.count > 1 ? buildSeriesPatch(series) : {}),
  };
}

export function buildSeriesPatch(series: EventSeries): { readonly series: unknown } {
  return { series: { count: series.count, lastObservedTime: microTime(series.lastAtMs) } };
}

function shortened(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= MAX_NOTE_BYTES) return note;
  const ellipsis = '…';
  const kept = bytes.subarray(0, MAX_NOTE_BYTES - Buffer.byteLength(ellipsis)).toString('utf8');
  // The cut can fall inside a character.
  return `${kept.replace(/\uFFFD+$/, '')}${ellipsis}`;
}

/** What a Prometheus query wishes. An answer that makes no sense is no answer. */
import type { SignalReason } from '@parley/crds/reasons.js';
import type { Scaling, Signal } from './signal.js';

export type ScalingQuery = NonNullable<Scaling['prometheus']>[number];

export type QueryAnswer =
  | { readonly kind: 'Value'; readonly value: number }
  | { readonly kind: 'Failed'; readonly reason: QueryFailure; readonly detail: string };

export type QueryFailure = Extract<
  SignalReason,
  | 'QueryPending'
  | 'QueryServerNotAllowed'
  | 'QueryUnreachable'
  | 'QueryRefused'
  | 'QuerySecretMissing'
  | 'QueryEmpty'
  | 'QueryAmbiguous'
>;

/** The last that made sense. */
export interface GoodWish {
  readonly source: string;
  readonly wish: number;
  readonly atMs: number;
}

export interface QueryInput {
  readonly query: ScalingQuery;
  readonly answer: QueryAnswer;
  readonly lastGood: GoodWish | undefined;
  /** Nodes that take participants. */
  readonly serving: number;
  readonly nowMs: number;
}

export interface QueryOutcome {
  readonly signal: Signal;
  readonly lastGood: GoodWish | undefined;
}

/** A wish stands for so long when the query cannot be answered any more. */
export const GOOD_WISH_MS = 300_000;
/** Nobody has so many. */
export const MOST_BELIEVED_NODES = 10_000;
/** So little off the threshold is on it. */
const TOLERANCE = 0.1;

export function querySignal(input: QueryInput): QueryOutcome {
  const { query, answer, nowMs } = input;
  const name = `prometheus/${query.name}`;
  if (answer.kind === 'Failed') return unreadable(input, answer);
  const { value } = answer;
  const wish = value >= 0 ? wishOf(input, value) : Number.NaN;
  if (!Number.isFinite(value) || !(wish <= MOST_BELIEVED_NODES))
    return unreadable(input, { reason: 'QueryAbsurd', detail: `the value is ${String(value)}` });
  const measure =
    query.perNode === undefined ? `threshold ${String(query.threshold)}` : `${String(query.perNode)} a node`;
  return {
    signal: { name, wish, reason: 'QueryAnswered', detail: `the value is ${shortOf(value)}, ${measure}` },
    lastGood: { source: sourceOf(query), wish, atMs: nowMs },
  };
}

function wishOf({ query, serving }: QueryInput, value: number): number {
  if (query.perNode !== undefined) return Math.ceil(value / query.perNode);
  const ratio = value / (query.threshold ?? Number.NaN);
  return Math.abs(ratio - 1) <= TOLERANCE ? serving : Math.ceil(serving * ratio);
}

function unreadable(
  { query, lastGood, nowMs }: QueryInput,
  { reason, detail }: { readonly reason: SignalReason; readonly detail: string },
): QueryOutcome {
  const name = `prometheus/${query.name}`;
  const isGood = lastGood?.source === sourceOf(query) && nowMs - lastGood.atMs < GOOD_WISH_MS;
  if (!isGood) return { signal: { name, wish: undefined, reason, detail, unreadable: true }, lastGood: undefined };
  return {
    signal: { name, wish: lastGood.wish, reason, detail: `${detail}; the last good wish stands`, unreadable: true },
    lastGood,
  };
}

/** Another query's wish is not this one's. */
function sourceOf({ serverURL, query, perNode, threshold }: ScalingQuery): string {
  return JSON.stringify([serverURL, query, perNode, threshold]);
}

function shortOf(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Asks each pool's queries at their intervals, apart from the pool's reconciling, which must not wait for a server of others. */
import type { SFUPool } from '@parley/crds/sfu-pool.js';
import type { Logger } from 'pino';
import { isAllowedServer } from '../core/scaling/allowed-server.js';
import type { QueryAnswer, ScalingQuery } from '../core/scaling/query-signal.js';
import type { ObjectWriter } from '../kube/apply.js';
import { pause, type Clock } from '../kube/clock.js';
import { objectKey } from '../kube/kube-resource.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import { SECRETS, secretText } from '../resources/secret-resource.js';
import { askPrometheus } from './prometheus-client.js';

export interface PrometheusQueries {
  /** Asks what the pool asks now, and nothing else of it. @returns the last answers, by the query's name. */
  follow(pool: SFUPool): ReadonlyMap<string, QueryAnswer>;
  forget(poolKey: string): void;
  close(): Promise<void>;
}

export interface PrometheusQueriesDeps {
  readonly reader: Pick<ObjectWriter, 'get'>;
  /** Base URLs of servers that may be asked. */
  readonly allowedServers: readonly string[];
  readonly clock: Clock;
  readonly metrics: OperatorMetrics;
  readonly log: Logger;
  /** A pool's query has another answer than before. */
  readonly onAnswer: (poolKey: string) => void;
}

interface Followed {
  readonly source: string;
  readonly ends: AbortController;
  answer: QueryAnswer | undefined;
}

type SecretRef = NonNullable<ScalingQuery['caSecretRef']>;

export function createPrometheusQueries(deps: PrometheusQueriesDeps): PrometheusQueries {
  const followed = new Map<string, Map<string, Followed>>();
  const running = new Set<Promise<void>>();

  const start = (pool: SFUPool, query: ScalingQuery): Followed => {
    const entry: Followed = { source: sourceOf(pool, query), ends: new AbortController(), answer: undefined };
    const run = keepAsking(deps, { pool, query, entry });
    running.add(run);
    void run.finally(() => running.delete(run));
    return entry;
  };
  const forget = (poolKey: string): void => {
    for (const { ends } of followed.get(poolKey)?.values() ?? []) ends.abort();
    followed.delete(poolKey);
  };

  return {
    follow: (pool) => {
      const key = objectKey(pool.metadata);
      const before = followed.get(key);
      const queries = pool.spec.scaling?.prometheus ?? [];
      const now = new Map<string, Followed>();
      for (const query of queries) {
        const known = before?.get(query.name);
        now.set(query.name, known?.source === sourceOf(pool, query) ? known : start(pool, query));
      }
      for (const entry of before?.values() ?? []) if (![...now.values()].includes(entry)) entry.ends.abort();
      if (now.size === 0) followed.delete(key);
      else followed.set(key, now);
      return new Map([...now].flatMap(([name, { answer }]) => (answer === undefined ? [] : [[name, answer] as const])));
    },
    forget,
    close: async () => {
      for (const key of [...followed.keys()]) forget(key);
      await Promise.all(running);
    },
  };
}

interface Asking {
  readonly pool: SFUPool;
  readonly query: ScalingQuery;
  readonly entry: Followed;
}

async function keepAsking(deps: PrometheusQueriesDeps, { pool, query, entry }: Asking): Promise<void> {
  const { signal } = entry.ends;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    const answer = await ask(deps, { pool, query, entry });
    if (isOver()) return;
    const outcome = answer.kind === 'Value' ? 'QueryAnswered' : answer.reason;
    deps.metrics.scalingQueries.inc({ outcome });
    const isNews = JSON.stringify(answer) !== JSON.stringify(entry.answer);
    if (isNews && answer.kind === 'Failed')
      deps.log.warn({ pool: objectKey(pool.metadata), query: query.name, ...answer }, 'a query has no answer');
    entry.answer = answer;
    if (isNews) deps.onAnswer(objectKey(pool.metadata));
    await pause(deps.clock, query.intervalSeconds * 1000, signal);
  }
}

async function ask(deps: PrometheusQueriesDeps, { pool, query, entry }: Asking): Promise<QueryAnswer> {
  const { signal } = entry.ends;
  const timeoutMs = query.timeoutSeconds * 1000;
  const read = async (reference: SecretRef | undefined): Promise<string | undefined> => {
    if (reference === undefined) return undefined;
    const { namespace } = pool.metadata;
    const secret = await deps.reader.get(
      SECRETS,
      { namespace, name: reference.name },
      { signal, deadlineMs: timeoutMs },
    );
    return secretText(secret, reference.key)?.trim() ?? '';
  };
  if (!isAllowedServer(query.serverURL, deps.allowedServers))
    return { kind: 'Failed', reason: 'QueryServerNotAllowed', detail: query.serverURL };
  try {
    const [token, ca] = await Promise.all([read(query.bearerTokenSecretRef), read(query.caSecretRef)]);
    if (token === '' || ca === '') {
      const missing = token === '' ? query.bearerTokenSecretRef : query.caSecretRef;
      return { kind: 'Failed', reason: 'QuerySecretMissing', detail: `${missing?.name ?? ''}/${missing?.key ?? ''}` };
    }
    return await askPrometheus({ ...query, timeoutMs, token, ca }, signal);
  } catch (error) {
    deps.log.warn({ err: error }, 'a Secret of a query cannot be read');
    return { kind: 'Failed', reason: 'QuerySecretMissing', detail: 'the Secret cannot be read now' };
  }
}

function sourceOf({ metadata }: SFUPool, query: ScalingQuery): string {
  return JSON.stringify([metadata.uid, query]);
}

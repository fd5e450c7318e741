import type { IncomingMessage } from 'node:http';
import type { Clock } from './clock.js';
import type { ClusterConfig } from './cluster-config.js';
import { exchange } from './http-exchange.js';
import { createInFlight } from './in-flight.js';
import type { KubeClient, KubeLinesRequest, KubeRequest } from './kube-client.js';
import { createKubeCredentials, type KubeEndpoint } from './kube-credentials.js';
import { KubeError, kubeErrorOf } from './kube-error.js';
import type { KubeMetrics } from './metrics.js';
import { createRateLimiter, type RateLimit } from './rate-limiter.js';
import { readBody, readLines } from './response-body.js';
import { untilAborted } from './until-aborted.js';

export interface KubeClientDeps {
  readonly config: ClusterConfig;
  readonly clock: Clock;
  readonly metrics: KubeMetrics;
  /** `component/version`, as the API server's audit log shows it. */
  readonly userAgent: string;
  readonly rateLimit?: RateLimit;
}

const DEFAULT_RATE_LIMIT: RateLimit = { perSecond: 500, burst: 1_000, maxWaiting: 20_000 };
const DEFAULT_DEADLINE_MS = 10_000;
const MAX_IN_FLIGHT = 64;
const MAX_BODY_BYTES = 256 * 2 ** 20;
/** etcd takes 1.5 MiB an object. */
const MAX_LINE_BYTES = 8 * 2 ** 20;

/** Talks to the API server by HTTP/1.1: a connection that hangs holds back its own request, and one place of those that run at once. */
export function createKubeClient(deps: KubeClientDeps): KubeClient {
  const { clock, metrics } = deps;
  const credentials = createKubeCredentials(deps.config, clock);
  const limiter = createRateLimiter(deps.rateLimit ?? DEFAULT_RATE_LIMIT, clock);
  const inFlight = createInFlight(MAX_IN_FLIGHT);
  const closing = new AbortController();

  const waitForTurn = async (endpoint: KubeEndpoint, request: KubeRequest, signal: AbortSignal): Promise<void> => {
    if (request.urgent === true) return;
    const askedAtMs = clock.monotonicMs();
    await limiter.take(signal);
    const waitedSeconds = (clock.monotonicMs() - askedAtMs) / 1000;
    metrics.rateLimiterSeconds.observe({ verb: request.method, host: endpoint.origin.host }, waitedSeconds);
  };

  const send = async (request: KubeRequest, signal: AbortSignal): Promise<IncomingMessage> => {
    const endpoint = await untilAborted(credentials.endpoint(), signal);
    await waitForTurn(endpoint, request, signal);
    const count = (code: string): void => {
      metrics.requests.inc({ code, method: request.method, host: endpoint.origin.host });
    };
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers = headersOf(request, { body, userAgent: deps.userAgent });
    const response = await exchange({
      endpoint,
      agent: request.urgent === true ? endpoint.urgentAgent : endpoint.agent,
      method: request.method,
      path: withQuery(request),
      headers,
      body,
      signal,
      clock,
    }).catch((error: unknown) => {
      count('<error>');
      throw error;
    });
    count(String(response.statusCode ?? 0));
    if (response.statusCode === 401) credentials.refresh();
    if ((response.statusCode ?? 0) >= 300) throw await errorOf(response);
    return response;
  };

  return {
    request: async (request) => {
      const deadline = startDeadline(clock, request.deadlineMs ?? DEFAULT_DEADLINE_MS);
      const signal = anySignal([deadline.signal, closing.signal, request.signal]);
      try {
        const exchanged = async (): Promise<string> => readBody(await send(request, signal), MAX_BODY_BYTES);
        return parseJson(request.urgent === true ? await exchanged() : await inFlight.run(exchanged, signal));
      } catch (error) {
        throw errorAfter(error, signal);
      } finally {
        deadline.cancel();
      }
    },
    lines: async function* (request: KubeLinesRequest) {
      const deadline = startDeadline(clock, request.headersDeadlineMs);
      const signal = anySignal([deadline.signal, closing.signal, request.signal]);
      try {
        const response = await send({ ...request, method: 'GET' }, signal);
        deadline.cancel();
        yield* readLines(response, { maxLineBytes: MAX_LINE_BYTES, idleDeadlineMs: request.idleDeadlineMs, clock });
      } catch (error) {
        throw errorAfter(error, signal);
      } finally {
        deadline.cancel();
      }
    },
    close: () => {
      closing.abort(new KubeError('Aborted', 'the client is closed'));
      credentials.close();
    },
  };
}

interface Deadline {
  readonly signal: AbortSignal;
  cancel(): void;
}

function startDeadline(clock: Clock, deadlineMs: number): Deadline {
  const controller = new AbortController();
  const cancel = clock.after(deadlineMs, () => {
    controller.abort(new KubeError('Timeout', `no answer from the API server in ${String(deadlineMs)} ms`));
  });
  return { signal: controller.signal, cancel };
}

function anySignal(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

/** What we ourselves ended says so, whatever the socket made of it. */
function errorAfter(error: unknown, signal: AbortSignal): KubeError {
  if (!signal.aborted) return KubeError.from(error);
  const reason: unknown = signal.reason;
  if (reason instanceof KubeError) return reason;
  return new KubeError('Aborted', 'the caller gave up', { cause: reason });
}

function withQuery(request: Pick<KubeRequest, 'path' | 'query'>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? request.path : `${request.path}?${text}`;
}

function headersOf(
  request: KubeRequest,
  sent: { readonly body: string | undefined; readonly userAgent: string },
): Record<string, string> {
  const headers: Record<string, string> = {
    accept: request.accept ?? 'application/json',
    'user-agent': sent.userAgent,
  };
  if (sent.body !== undefined) {
    headers['content-type'] = request.contentType ?? 'application/json';
    headers['content-length'] = String(Buffer.byteLength(sent.body));
  }
  return headers;
}

async function errorOf(response: IncomingMessage): Promise<KubeError> {
  const text = await readBody(response, MAX_LINE_BYTES);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return kubeErrorOf({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new KubeError('Truncated', 'the answer is not JSON', { cause: error });
  }
}

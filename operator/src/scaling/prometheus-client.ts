/** One instant query over Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/). It never rejects. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { z } from 'zod';
import type { QueryAnswer, QueryFailure } from '../core/scaling/query-signal.js';

export interface PrometheusQuestion {
  readonly serverURL: string;
  readonly query: string;
  readonly timeoutMs: number;
  readonly token: string | undefined;
  /** PEM; undefined: the public authorities. */
  readonly ca: string | undefined;
}

/** An answer of one value is a hundred bytes. */
const MAX_ANSWER_BYTES = 65_536;
const MAX_DETAIL = 200;

const sample = z.tuple([z.number(), z.string()]);
const success = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('scalar'), result: sample }),
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: sample.optional() })) }),
    z.object({ resultType: z.enum(['matrix', 'string', 'streams']) }),
  ]),
});
const failure = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

export async function askPrometheus(question: PrometheusQuestion, signal: AbortSignal): Promise<QueryAnswer> {
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(question.timeoutMs)]);
    const response = await send(question, deadline);
    return parseAnswer(response.statusCode ?? 0, await textOf(response));
  } catch (error) {
    return failed('QueryUnreachable', describe(error));
  }
}

function send({ serverURL, query, token, ca }: PrometheusQuestion, signal: AbortSignal): Promise<IncomingMessage> {
  const url = new URL(`${serverURL.replace(/\/+$/, '')}/api/v1/query`);
  url.searchParams.set('query', query);
  const headers = { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const options = { signal, headers, agent: false as const };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...(ca !== undefined && { ca }) })
        : httpRequest(url, options);
    request.once('response', resolve);
    request.once('error', reject);
    request.end();
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
  }
  return text;
}

export function parseAnswer(status: number, text: string): QueryAnswer {
  const json = jsonOf(text);
  const refusal = failure.safeParse(json);
  if (refusal.success) return failed('QueryRefused', `${refusal.data.errorType}: ${refusal.data.error}`);
  if (status !== 200) return failed('QueryRefused', `HTTP ${String(status)}`);
  const answer = success.safeParse(json);
  if (!answer.success) return failed('QueryAmbiguous', 'this is no answer of Prometheus');
  const { data } = answer.data;
  if (data.resultType === 'scalar') return { kind: 'Value', value: numberOf(data.result[1]) };
  if (data.resultType !== 'vector') return failed('QueryAmbiguous', `the answer is a ${data.resultType}`);
  const [first, ...others] = data.result;
  if (first === undefined) return failed('QueryEmpty', '');
  if (others.length > 0) return failed('QueryAmbiguous', `the answer holds ${String(data.result.length)} values`);
  if (first.value === undefined) return failed('QueryAmbiguous', 'the answer is a histogram');
  return { kind: 'Value', value: numberOf(first.value[1]) };
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text === '' ? 'NaN' : text);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const cause = error.cause instanceof Error ? error.cause : error;
  if (error.name === 'TimeoutError' || cause.name === 'TimeoutError') return 'no answer in time';
  return 'code' in error && typeof error.code === 'string' ? `${error.code}: ${error.message}` : error.message;
}

function failed(reason: QueryFailure, detail: string): QueryAnswer {
  return { kind: 'Failed', reason, detail: detail.slice(0, MAX_DETAIL) };
}

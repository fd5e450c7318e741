import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import type { Clock } from './clock.js';
import { withoutMemory, type ClusterConfig } from './cluster-config.js';
import { KubeError } from './kube-error.js';

/** Where the API server is, and who we are there, for one request. */
export interface KubeEndpoint {
  readonly origin: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: HttpAgent;
  /** Of requests that wait for nothing: no others take their connection, and they need not make one. */
  readonly urgentAgent: HttpAgent;
}

export interface KubeCredentials {
  endpoint(): Promise<KubeEndpoint>;
  /** Reads tokens and certificates anew before the next request: the server has refused them. */
  refresh(): void;
  close(): void;
}

/** Tokens are rotated on disk, and certificates with them. */
const MAX_AGE_MS = 10_000;
const FREE_SOCKET_MS = 60_000;
const TLS_OPTIONS = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized', 'servername'] as const;
type TlsOptions = Pick<RequestOptions, (typeof TLS_OPTIONS)[number]>;

/** Connections are kept alive, and changed when certificates change. */
export function createKubeCredentials(given: ClusterConfig, clock: Clock): KubeCredentials {
  let config = given;
  let current: { readonly endpoint: KubeEndpoint; readonly tlsKey: string; readonly readAtMs: number } | undefined;
  let stale = false;

  const read = async (): Promise<KubeEndpoint> => {
    if (stale) config = await withoutMemory(config);
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new KubeError('BadRequest', 'the kubeconfig names no current cluster');
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const tls: TlsOptions = Object.fromEntries(
      TLS_OPTIONS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
    );
    const tlsKey = JSON.stringify([cluster.server, tls]);
    const origin = new URL(cluster.server);
    if (current !== undefined && current.tlsKey !== tlsKey)
      for (const agent of agentsOf(current.endpoint)) closeWhenIdle(agent);
    const [agent, urgentAgent] =
      current?.tlsKey === tlsKey
        ? agentsOf(current.endpoint)
        : ([createAgent(origin, tls), createAgent(origin, tls)] as const);
    const endpoint = { origin, headers: headersOf(options), agent, urgentAgent };
    current = { endpoint, tlsKey, readAtMs: clock.monotonicMs() };
    stale = false;
    return endpoint;
  };
  let reading: Promise<KubeEndpoint> | undefined;

  return {
    endpoint: async () => {
      if (current !== undefined && !stale && clock.monotonicMs() - current.readAtMs < MAX_AGE_MS)
        return current.endpoint;
      reading ??= read().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    refresh: () => {
      stale = true;
    },
    close: () => {
      if (current !== undefined) for (const agent of agentsOf(current.endpoint)) agent.destroy();
    },
  };
}

function agentsOf({ agent, urgentAgent }: KubeEndpoint): readonly [HttpAgent, HttpAgent] {
  return [agent, urgentAgent];
}

function createAgent(origin: URL, tls: TlsOptions): HttpAgent {
  const options = { keepAlive: true, keepAliveMsecs: 15_000, maxFreeSockets: 64, timeout: FREE_SOCKET_MS };
  return origin.protocol === 'http:' ? new HttpAgent(options) : new HttpsAgent({ ...options, ...tls });
}

/** What is in flight on old credentials ends by itself; only free sockets are closed. */
function closeWhenIdle(agent: HttpAgent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (typeof value === 'string' || typeof value === 'number') headers[name] = String(value);
  }
  if (typeof options.auth === 'string')
    headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}

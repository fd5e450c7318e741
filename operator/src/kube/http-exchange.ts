import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from './clock.js';
import type { KubeEndpoint } from './kube-credentials.js';
import { KubeError } from './kube-error.js';

export interface Exchange {
  readonly endpoint: Pick<KubeEndpoint, 'origin' | 'headers'>;
  readonly agent: KubeEndpoint['agent'];
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Its reason is the KubeError that the exchange ends with. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

const CONNECT_DEADLINE_MS = 5_000;

/** Sends one request; resolves with the answer's head. Aborting `signal` later ends its body too. */
export async function exchange(input: Exchange): Promise<IncomingMessage> {
  try {
    return await attempt(input);
  } catch (error) {
    // The server closed an idle connection just as we took it: it has not seen the request.
    if (error instanceof StaleConnection && input.method !== 'POST') return attempt(input);
    throw error instanceof StaleConnection ? KubeError.from(error.cause) : error;
  }
}

class StaleConnection extends Error {}

function attempt(input: Exchange): Promise<IncomingMessage> {
  const { endpoint, signal } = input;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(KubeError.from(signal.reason));
      return;
    }
    const send = endpoint.origin.protocol === 'http:' ? httpRequest : httpsRequest;
    const request = send({
      protocol: endpoint.origin.protocol,
      hostname: endpoint.origin.hostname.replace(/^\[|\]$/g, ''),
      port: endpoint.origin.port,
      path: `${endpoint.origin.pathname.replace(/\/$/, '')}${input.path}`,
      method: input.method,
      headers: { ...endpoint.headers, ...input.headers },
      agent: input.agent,
    });
    const abort = (): void => {
      request.destroy(KubeError.from(signal.reason));
    };
    signal.addEventListener('abort', abort, { once: true });
    const stopConnectDeadline = limitConnecting(request, input.clock);
    request.once('response', resolve);
    request.on('error', (error) => {
      const stale = request.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(stale ? new StaleConnection(error.message, { cause: error }) : KubeError.from(error));
    });
    request.once('close', () => {
      stopConnectDeadline();
      signal.removeEventListener('abort', abort);
    });
    request.end(input.body);
  });
}

function limitConnecting(request: ClientRequest, clock: Clock): () => void {
  let cancel: (() => void) | undefined;
  request.once('socket', (socket) => {
    if (!socket.connecting) return;
    cancel = clock.after(CONNECT_DEADLINE_MS, () => {
      request.destroy(new KubeError('Timeout', 'no connection to the API server in time'));
    });
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => cancel?.());
  });
  return () => cancel?.();
}

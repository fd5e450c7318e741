/** The API server by plain HTTPS: one request each, and nothing in between. */
import { Agent, request, type RequestOptions } from 'node:https';
import { createInterface } from 'node:readline';
import type { KubeConfig } from '@kubernetes/client-node';

export interface KubeApi {
  get(path: string): Promise<KubeObject>;
  create(path: string, object: object): Promise<KubeObject>;
  /** Server-side apply, as the operator writes. */
  apply(path: string, object: object): Promise<KubeObject>;
  merge(path: string, patch: object): Promise<KubeObject>;
  delete(path: string, options?: object): Promise<KubeObject>;
  /** Follows a collection from now on, until the returned function is called; resolves when it has begun. */
  watch(path: string, onObject: (object: KubeObject) => void): Promise<() => void>;
  close(): void;
}

export interface KubeObject {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  /** Of a list. */
  readonly items?: readonly unknown[];
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
}

const connections = 64;

export async function createKubeApi(config: KubeConfig): Promise<KubeApi> {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error('the kubeconfig names no cluster');
  const tls: RequestOptions = {};
  await config.applyToHTTPSOptions(tls);
  const { ca, cert, key } = tls;
  const credentials = { ca, cert, key };
  const agent = new Agent({ ...credentials, keepAlive: true, maxSockets: connections });
  const stops: (() => void)[] = [];

  const send = ({ method, path, body, contentType = 'application/json' }: Sent): Promise<KubeObject> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers =
        text === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) };
      const sent = request(`${server}${path}`, { method, headers, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const answer = Buffer.concat(chunks).toString();
          if ((response.statusCode ?? 0) < 300) resolve(JSON.parse(answer) as KubeObject);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
        });
      });
      sent.once('error', reject);
      sent.end(text);
    });

  const watch: KubeApi['watch'] = async (path, onObject) => {
    let { resourceVersion } = (await send({ method: 'GET', path })).metadata;
    const own = new Agent(credentials);
    let stopped = false;
    const stop = (): void => {
      stopped = true;
      own.destroy();
    };
    stops.push(stop);
    const fail = (error: Error): void => {
      if (!stopped) throw error;
    };
    const onLine = (line: string): void => {
      const { type, object } = JSON.parse(line) as { type: string; object: KubeObject };
      if (type === 'ERROR') throw new Error(`watch of ${path}: ${line}`);
      ({ resourceVersion } = object.metadata);
      onObject(object);
    };
    // The API server ends the watch of one who reads too slowly.
    const follow = (begun: () => void): void => {
      const sent = request(
        `${server}${path}?watch=1&resourceVersion=${resourceVersion}`,
        { agent: own },
        (response) => {
          createInterface(response)
            .on('line', onLine)
            .on('error', fail)
            .on('close', () => {
              if (!stopped) follow(() => undefined);
            });
          begun();
        },
      );
      sent.on('error', fail);
      sent.end();
    };
    await new Promise<void>((resolve) => follow(resolve));
    return stop;
  };

  return {
    get: (path) => send({ method: 'GET', path }),
    create: (path, body) => send({ method: 'POST', path, body }),
    apply: (path, body) =>
      send({
        method: 'PATCH',
        path: `${path}?fieldManager=bench&force=true`,
        body,
        contentType: 'application/apply-patch+yaml',
      }),
    merge: (path, body) => send({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' }),
    delete: (path, body) => send({ method: 'DELETE', path, ...(body !== undefined && { body }) }),
    watch,
    close: () => {
      for (const stop of stops) stop();
      agent.destroy();
    },
  };
}

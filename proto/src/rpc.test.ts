import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NodeService } from './gen/parley/v1/node_pb.js';
import { RelayService } from './gen/parley/v1/relay_pb.js';
import { createMessageQueue } from './message-queue.js';
import { identityUri, serverName, type PeerRole } from './peer-identity.js';
import { createRpcChannel, type RpcChannel } from './rpc-client.js';
import { RpcError } from './rpc-error.js';
import { rpcService, startRpcServer, type RpcContext, type RpcHandlers, type RpcServer } from './rpc-server.js';
import { insecureCredentials, tlsCredentials } from './tls.js';

const cleanups: (() => unknown)[] = [];
const servers: RpcServer[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const nodeHandlers: RpcHandlers<typeof NodeService> = {
  describe: (_, { peer }) => Promise.resolve({ node: peer?.name ?? 'anonymous', workers: 2 }),
  async *watchLoad({ intervalMs }, { signal }) {
    for (let sequence = 1; !signal.aborted; sequence++) {
      yield { sequence };
      await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  },
  applyTopology: () => Promise.reject(new RpcError('FAILED_PRECONDITION', 'epoch 3 is older than 4')),
};

async function serve(
  handlers: Partial<typeof nodeHandlers> = {},
  credentials = insecureCredentials(),
  client = credentials,
): Promise<RpcChannel> {
  const server = await startRpcServer({
    address: '127.0.0.1:0',
    credentials,
    services: [
      rpcService({ service: NodeService, handlers: { ...nodeHandlers, ...handlers }, allow: ['operator'] }),
      rpcService({
        service: RelayService,
        allow: ['node'],
        handlers: {
          async *connect(requests) {
            for await (const request of requests) yield request;
          },
        },
      }),
    ],
  });
  cleanups.push(() => server.close(0));
  servers.push(server);
  const channel = createRpcChannel({ address: `127.0.0.1:${server.port}`, role: 'node', credentials: client });
  cleanups.push(() => channel.close());
  return channel;
}

describe('calls', () => {
  it('answers, and passes on a typed error with its message', async () => {
    const node = (await serve()).client(NodeService);
    expect(await node.describe({}, { deadlineMs: 1_000 })).toMatchObject({ node: 'anonymous', workers: 2 });
    await expect(node.applyTopology({}, { deadlineMs: 1_000 })).rejects.toMatchObject({
      name: 'RpcError',
      code: 'FAILED_PRECONDITION',
      message: 'epoch 3 is older than 4',
    });
  });

  it('gives up at the deadline, and tells the handler', async () => {
    let context: RpcContext | undefined;
    const channel = await serve({
      describe: (_, given) => {
        context = given;
        return new Promise(() => undefined);
      },
    });
    await expect(channel.client(NodeService).describe({}, { deadlineMs: 400 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    await vi.waitFor(() => expect(context?.signal.aborted).toBe(true));
  });

  it('is unavailable, not hanging, when nobody listens', async () => {
    const channel = createRpcChannel({ address: '127.0.0.1:1', role: 'node', credentials: insecureCredentials() });
    cleanups.push(() => channel.close());
    const error = await channel
      .client(NodeService)
      .describe({}, { deadlineMs: 2_000 })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });
});

describe('streams', () => {
  it('ends the handler when the reader stops', async () => {
    let ended = false;
    const channel = await serve({
      async *watchLoad(_, { signal }) {
        try {
          for (let sequence = 1; ; sequence++) {
            yield { sequence };
            await sleep(5, undefined, { signal });
          }
        } finally {
          ended = true;
        }
      },
    });
    const seen: number[] = [];
    for await (const report of channel.client(NodeService).watchLoad({ intervalMs: 200 }, { idleTimeoutMs: 1_000 })) {
      seen.push(report.sequence);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([1, 2, 3]);
    await vi.waitFor(() => expect(ended).toBe(true));
  });

  it('ends those that are open when the server closes, after its grace and no later', async () => {
    const channel = await serve();
    const read = async (): Promise<void> => {
      for await (const report of channel.client(NodeService).watchLoad({ intervalMs: 20 }, { idleTimeoutMs: 5_000 }))
        if (report.sequence === 3) closing = servers.at(-1)?.close(100);
    };
    let closing: Promise<void> | undefined;
    const beganAtMs = performance.now();
    await expect(read()).rejects.toMatchObject({ name: 'RpcError' });
    await closing;
    expect(performance.now() - beganAtMs).toBeLessThan(4_000);
  });

  it('breaks a stream that fell silent', async () => {
    const channel = await serve({
      async *watchLoad() {
        yield { sequence: 1 };
        await new Promise(() => undefined);
      },
    });
    const read = async (): Promise<void> => {
      for await (const report of channel.client(NodeService).watchLoad({}, { idleTimeoutMs: 80 }))
        expect(report.sequence).toBe(1);
    };
    await expect(read()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'silent for 80 ms' });
  });

  it('carries messages both ways, and ends both when one side cancels', async () => {
    const relay = (await serve()).client(RelayService);
    const outgoing = createMessageQueue<{ message: { case: 'hello'; value: { node: string } } }>(10);
    const abort = new AbortController();
    outgoing.push({ message: { case: 'hello', value: { node: 'a' } } });
    const answers: unknown[] = [];
    const read = async (): Promise<void> => {
      for await (const { message } of relay.connect(outgoing, { idleTimeoutMs: 1_000, signal: abort.signal })) {
        answers.push(message.case);
        abort.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(answers).toEqual(['hello']);
  });
});

describe('mutual TLS', () => {
  it('knows its peer by role and name, and refuses another role', async () => {
    const issue = certificateAuthority();
    const node = tlsCredentials(issue('node', 'eu-0'));
    const operator = (await serve({}, node, tlsCredentials(issue('operator', 'operator')))).client(NodeService);
    expect((await operator.describe({}, { deadlineMs: 2_000 })).node).toBe('operator');

    const signaling = (await serve({}, node, tlsCredentials(issue('signaling', 'signaling')))).client(NodeService);
    await expect(signaling.describe({}, { deadlineMs: 2_000 })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  it('refuses a certificate of another authority, in both directions', async () => {
    const ours = certificateAuthority();
    const theirs = certificateAuthority();
    const channel = await serve(
      {},
      tlsCredentials(ours('node', 'eu-0')),
      tlsCredentials(theirs('operator', 'operator')),
    );
    await expect(channel.client(NodeService).describe({}, { deadlineMs: 2_000 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('takes the first connection once it has started', async () => {
    const issue = certificateAuthority();
    const [node, operator] = [issue('node', 'eu-0'), issue('operator', 'operator')];
    for (let round = 0; round < 20; round += 1) {
      const client = tlsCredentials(operator);
      await client.loaded();
      const channel = await serve({}, tlsCredentials(node), client);
      expect((await channel.client(NodeService).describe({}, { deadlineMs: 2_000 })).node).toBe('operator');
    }
  });

  it('uses a rotated certificate for the next connection, and keeps the one before while it is open', async () => {
    const issue = certificateAuthority();
    const mounted = issue('operator', 'before');
    const client = tlsCredentials(mounted, 20);
    const node = tlsCredentials(issue('node', 'eu-0'));
    const first = (await serve({}, node, client)).client(NodeService);
    expect((await first.describe({}, { deadlineMs: 2_000 })).node).toBe('before');
    const rotated = issue('operator', 'after');
    for (const file of ['tls.crt', 'tls.key']) cpSync(join(rotated, file), join(mounted, file));
    await vi.waitFor(async () => {
      const next = (await serve({}, node, client)).client(NodeService);
      expect((await next.describe({}, { deadlineMs: 2_000 })).node).toBe('after');
    }, 5_000);
    expect((await first.describe({}, { deadlineMs: 2_000 })).node).toBe('before');
  });

  it('connects as soon as its certificates are there', async () => {
    const issue = certificateAuthority();
    const mounted = issue('operator', 'late');
    const elsewhere = `${mounted}-elsewhere`;
    renameSync(mounted, elsewhere);
    mkdirSync(mounted);
    const channel = await serve({}, tlsCredentials(issue('node', 'eu-0')), tlsCredentials(mounted, 20));
    await expect(channel.client(NodeService).describe({}, { deadlineMs: 300 })).rejects.toThrow();
    cpSync(elsewhere, mounted, { recursive: true });
    await vi.waitFor(async () => {
      expect((await channel.client(NodeService).describe({}, { deadlineMs: 500 })).node).toBe('late');
    }, 5_000);
  });

  it('serves with a rotated certificate, and believes its new authority', async () => {
    const [old, next] = [certificateAuthority(), certificateAuthority()];
    const [mounted, rotated, operator] = [old('node', 'eu-0'), next('node', 'eu-0'), next('operator', 'operator')];
    const { address } = await serve({}, tlsCredentials(mounted, 20), tlsCredentials(operator));
    const describe = async (): Promise<string> => {
      const channel = createRpcChannel({ address, role: 'node', credentials: tlsCredentials(operator) });
      cleanups.push(() => channel.close());
      return (await channel.client(NodeService).describe({}, { deadlineMs: 2_000 })).node;
    };
    await expect(describe()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    cpSync(rotated, mounted, { recursive: true });
    await vi.waitFor(async () => expect(await describe()).toBe('operator'), 5_000);
  });

  it('does not start without its certificates', async () => {
    const directory = certificateAuthority()('node', 'eu-0');
    rmSync(join(directory, 'ca.crt'));
    await expect(serve({}, tlsCredentials(directory))).rejects.toThrow(`ca.crt can't be read in ${directory}`);
  });

  it('does not take a signaling server for a node', async () => {
    const issue = certificateAuthority();
    const channel = await serve(
      {},
      tlsCredentials(issue('signaling', 'signaling')),
      tlsCredentials(issue('operator', 'operator')),
    );
    await expect(channel.client(NodeService).describe({}, { deadlineMs: 2_000 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});

/** A throw-away authority made with openssl; returns the function that issues certificates, each into a directory. */
function certificateAuthority(): (role: PeerRole, name: string) => string {
  const directory = mkdtempSync(join(tmpdir(), 'parley-ca-'));
  cleanups.push(() => rmSync(directory, { recursive: true }));
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=test', '-days', '1');
  return (role, name) => {
    const own = join(directory, `${role}-${name}`);
    execFileSync('mkdir', ['-p', own]);
    const names = `subjectAltName=URI:${identityUri({ role, name })},DNS:${serverName(role)}`;
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      join(own, 'tls.key'),
      '-out',
      join(own, 'tls.crt'),
      '-subj',
      `/CN=${name}`,
      '-days',
      '1',
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-addext',
      names,
      '-addext',
      'basicConstraints=critical,CA:false',
    );
    execFileSync('cp', [join(directory, 'ca.crt'), own]);
    return own;
  };
}

/** A real coturn with its agent, configured as the operator does. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  buildTurnserverConf,
  TURN_REALM,
  type TurnserverConfInput,
} from '@parley/operator/core/turn/turnserver-conf.js';
import { createLogger } from '@parley/process/log.js';
import { TurnService } from '@parley/proto/gen/parley/v1/turn_pb.js';
import { createRpcChannel, type RpcMethods } from '@parley/proto/rpc-client.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { startAgent, type Agent } from '@parley/turn/agent.js';
import { Registry } from 'prom-client';

export interface Coturn {
  /** Of this machine, and not of loopback: coturn relays to no peer there. */
  readonly address: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly secret: string;
  readonly agent: Agent;
  readonly operator: RpcMethods<typeof TurnService>;
  /** What coturn wrote. */
  output(): string;
  readonly running: boolean;
  /** Sets the peers, and waits until coturn has asked for them. */
  allow(addresses: readonly string[]): Promise<void>;
  /** Kills the agent, and starts another. */
  restartAgent(): Promise<void>;
  renewCertificate(): Promise<void>;
  close(): Promise<void>;
}

/** coturn asks for its peers every 5 s. */
const PEERS_ASKED_MS = 5_500;
const READY_MS = 15_000;
const QUIET_MS = 500;

export function ownAddress(): string {
  const found = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  if (found === undefined) throw new Error('this machine has no address but loopback');
  return found.address;
}

export async function startCoturn(over: Partial<TurnserverConfInput> = {}): Promise<Coturn> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-turn-'));
  const secret = randomBytes(24).toString('base64url');
  const [port, tlsPort, databasePort] = [await freePort(), await freePort(), await freePort()];
  const run = (): Promise<Agent> =>
    startAgent({
      config: {
        ...{ name: 'turn-0', realm: TURN_REALM, grpcAddress: '127.0.0.1:0', databasePort, drainPort: 0 },
        ...{ runDir: folder, certificateDir: folder },
      },
      credentials: insecureCredentials(),
      registry: new Registry(),
      log: createLogger({ process: 'turn-agent', level: 'silent' }),
      timing: { quietMs: QUIET_MS, certificateEveryMs: 100 },
    });
  await makeCertificate(folder);
  let agent = await run();
  let channel = createRpcChannel({
    address: `127.0.0.1:${String(agent.grpcPort)}`,
    role: 'turn',
    credentials: insecureCredentials(),
  });
  const conf = buildTurnserverConf({
    ...{ secret, port, tlsPort, databasePort, threads: 2, limits: {} },
    quotas: { allocationsPerParticipant: 48, allocations: 1_000 },
    folders: { run: folder, certificate: folder },
    ...over,
  });
  await writeFile(join(folder, 'turnserver.conf'), conf);
  const child = spawn('turnserver', ['-c', join(folder, 'turnserver.conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  await untilListening(child, port, () => output);
  const coturn: Coturn = {
    ...{ address: ownAddress(), port, tlsPort, secret },
    get agent() {
      return agent;
    },
    get operator() {
      return channel.client(TurnService);
    },
    output: () => output,
    get running() {
      return child.exitCode === null && child.signalCode === null;
    },
    allow: async (addresses) => {
      await coturn.operator.setPeers({ version: addresses.join(), addresses: [...addresses] }, { deadlineMs: 2_000 });
      await new Promise((resolve) => setTimeout(resolve, PEERS_ASKED_MS));
    },
    restartAgent: async () => {
      await agent.close();
      channel.close();
      agent = await run();
      channel = createRpcChannel({
        address: `127.0.0.1:${String(agent.grpcPort)}`,
        role: 'turn',
        credentials: insecureCredentials(),
      });
    },
    renewCertificate: () => makeCertificate(folder),
    close: async () => {
      channel.close();
      if (coturn.running) {
        const exited = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await exited;
      }
      await agent.close();
      await rm(folder, { recursive: true });
    },
  };
  return coturn;
}

/** Another each time. */
async function makeCertificate(folder: string): Promise<void> {
  const files = ['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.crt')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await promisify(execFile)('openssl', ['req', '-x509', ...curve, '-days', '2', '-subj', '/CN=turn.test', ...files]);
}

async function untilListening(child: ChildProcess, port: number, output: () => string): Promise<void> {
  const deadlineMs = Date.now() + READY_MS;
  while (!(await isListening(port))) {
    if (child.exitCode !== null || Date.now() > deadlineMs) throw new Error(`coturn did not start: ${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: ownAddress(), port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Below those that the system gives to whoever connects or listens on any: nobody takes it before coturn does. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

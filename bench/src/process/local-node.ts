/** One sfu-node as a process of its own on loopback, as it runs in a pod but for TLS between parts. */
import { fileURLToPath } from 'node:url';
import { MediaService } from '@parley/proto/gen/parley/v1/media_pb.js';
import { NodeService } from '@parley/proto/gen/parley/v1/node_pb.js';
import { createRpcChannel, type RpcMethods } from '@parley/proto/rpc-client.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { waitFor } from '@parley/e2e/deadline.js';
import { freePort } from './free-port.js';
import { spawnMortal } from './mortal-child.js';

export interface LocalNode {
  readonly name: string;
  readonly grpcAddress: string;
  readonly pid: number;
  readonly node: RpcMethods<typeof NodeService>;
  readonly media: RpcMethods<typeof MediaService>;
  close(): Promise<void>;
}

export interface LocalNodeInit {
  readonly name: string;
  readonly workers: number;
  /** An address of loopback; each node needs its own, for its ports are fixed. */
  readonly ip: string;
}

const program = fileURLToPath(new URL('../../../sfu-node/dist/main.js', import.meta.url));

export async function startLocalNode({ name, workers, ip }: LocalNodeInit): Promise<LocalNode> {
  const [grpcPort, telemetryPort] = await Promise.all([freePort(ip), freePort('127.0.0.1')]);
  const grpcAddress = `${ip}:${grpcPort}`;
  const child = spawnMortal(process.execPath, [program], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      NODE_NAME: name,
      POD_IP: ip,
      GRPC_ADDRESS: grpcAddress,
      RTC_PORT: '40000',
      WORKERS: String(workers),
      CAPACITY_PARTICIPANTS: '2000',
      LOG_LEVEL: 'warn',
      TELEMETRY_PORT: String(telemetryPort),
    },
  });
  const channel = createRpcChannel({ address: grpcAddress, role: 'node', credentials: insecureCredentials() });
  const node = channel.client(NodeService);
  const close = async (): Promise<void> => {
    channel.close();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    await exited;
  };
  try {
    await waitFor(`${name} to serve`, { deadlineMs: 15_000 }, () => {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
      return node.describe({}, { deadlineMs: 1_000 });
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { name, grpcAddress, pid: child.pid ?? 0, node, media: channel.client(MediaService), close };
}

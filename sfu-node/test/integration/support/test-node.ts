/** A whole node in this process, with real workers, on loopback; and typed clients of it. */
import { createLogger, type Logger } from '@parley/process/log.js';
import { MediaService } from '@parley/proto/gen/parley/v1/media_pb.js';
import { NodeService } from '@parley/proto/gen/parley/v1/node_pb.js';
import { createRpcChannel, type RpcChannel, type RpcMethods } from '@parley/proto/rpc-client.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { defaultLimits, type NodeLimits } from '@parley/sfu-node/config.js';
import { startSfuNode, type SfuNode } from '@parley/sfu-node/sfu-node.js';
import { Registry } from 'prom-client';

export interface TestNode {
  readonly name: string;
  readonly node: SfuNode;
  readonly address: string;
  readonly registry: Registry;
  readonly media: RpcMethods<typeof MediaService>;
  readonly control: RpcMethods<typeof NodeService>;
  close(): Promise<void>;
}

export interface TestNodeOptions {
  readonly name?: string;
  readonly workers?: number;
  readonly limits?: Partial<NodeLimits>;
  readonly relayPorts?: readonly [number, number];
  /** Of the first worker; any when unset. */
  readonly rtcPort?: number;
  readonly log?: Logger;
}

export async function startTestNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const { name = 'node-a', workers = 1, limits = {}, relayPorts = [42_000, 42_999], rtcPort = 0 } = options;
  const registry = new Registry();
  const credentials = insecureCredentials();
  const node = await startSfuNode({
    config: {
      nodeName: name,
      podIp: '127.0.0.1',
      grpcAddress: '127.0.0.1:0',
      rtcPort,
      rtcListenIp: '127.0.0.1',
      relayPortMin: relayPorts[0],
      relayPortMax: relayPorts[1],
      workers,
      limits: { ...defaultLimits, ...limits },
    },
    credentials,
    registry,
    version: 'test',
    log: options.log ?? createLogger({ process: 'sfu-node', level: 'silent' }),
  });
  const address = `127.0.0.1:${node.port}`;
  const channel: RpcChannel = createRpcChannel({ address, role: 'node', credentials });
  return {
    name,
    node,
    address,
    registry,
    media: channel.client(MediaService),
    control: channel.client(NodeService),
    async close(): Promise<void> {
      channel.close();
      await node.close();
    },
  };
}

/** What every unary call in tests gets. */
export const soon = { deadlineMs: 10_000 } as const;
/** For streams. */
export const lively = { idleTimeoutMs: 20_000 } as const;

import type { Logger } from '@parley/process/log.js';
import type { RelayService } from '@parley/proto/gen/parley/v1/relay_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RpcHandlers } from '@parley/proto/rpc-server.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Registry } from 'prom-client';
import type { NodeConfig } from '../config.js';
import type { CreateRoomRelays } from './relay-port.js';

export interface RelaysOptions {
  readonly config: Pick<NodeConfig, 'nodeName' | 'podIp' | 'relayPortMin' | 'relayPortMax'>;
  readonly instanceId: string;
  readonly credentials: RpcCredentials;
  readonly registry: Registry;
  readonly log: Logger;
}

export interface Relays {
  readonly createRoomRelays: CreateRoomRelays;
  readonly handlers: RpcHandlers<typeof RelayService>;
  close(): Promise<void>;
}

/** Of a node without peers. */
export function createRelays(options: RelaysOptions): Relays {
  return {
    createRoomRelays: () => ({
      count: 0,
      applyTopology: () => undefined,
      ensureLocal: () => Promise.reject(new RpcError('UNAVAILABLE', 'no relay')),
      setDemand: () => undefined,
      publishLevels: () => undefined,
      publishScore: () => undefined,
      onLevels: () => undefined,
      mediaReset: () => undefined,
      close: () => undefined,
    }),
    handlers: {
      connect() {
        throw new RpcError('UNIMPLEMENTED', `${options.config.nodeName} has no relays`);
      },
    },
    close: () => Promise.resolve(),
  };
}

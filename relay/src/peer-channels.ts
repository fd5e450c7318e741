/** One connection a peer for all meetings shared with it. */
import { RelayService } from '@parley/proto/gen/parley/v1/relay_pb.js';
import { createRpcChannel, type RpcChannel, type RpcMethods } from '@parley/proto/rpc-client.js';
import type { RpcCredentials } from '@parley/proto/tls.js';

export type RelayClient = RpcMethods<typeof RelayService>;

export interface PeerConnection {
  readonly client: RelayClient;
  /** It fell silent: whoever comes next gets another one. A half-open connection would take new streams and answer none. */
  distrust(): void;
  /** Its last user closes the connection. */
  release(): void;
}

export interface PeerChannels {
  acquire(address: string): PeerConnection;
}

export function createPeerChannels(credentials: RpcCredentials): PeerChannels {
  const open = new Map<string, { readonly channel: RpcChannel; readonly client: RelayClient; users: number }>();
  const connect = (address: string): { channel: RpcChannel; client: RelayClient; users: number } => {
    const channel = createRpcChannel({ address, role: 'node', credentials });
    const entry = { channel, client: channel.client(RelayService), users: 0 };
    open.set(address, entry);
    return entry;
  };
  return {
    acquire(address): PeerConnection {
      const entry = open.get(address) ?? connect(address);
      entry.users += 1;
      let released = false;
      return {
        client: entry.client,
        distrust(): void {
          if (open.get(address) === entry) open.delete(address);
        },
        release(): void {
          if (released) return;
          released = true;
          entry.users -= 1;
          if (entry.users > 0) return;
          if (open.get(address) === entry) open.delete(address);
          entry.channel.close();
        },
      };
    },
  };
}

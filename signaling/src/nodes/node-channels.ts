/** One gRPC connection to each node that is in use, shared by all its meetings; closed when the last user is gone. */
import { MediaService } from '@parley/proto/gen/parley/v1/media_pb.js';
import { createRpcChannel, type RpcChannel, type RpcMethods } from '@parley/proto/rpc-client.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import { followNode, type NodePulse } from './node-pulse.js';

export type MediaClient = RpcMethods<typeof MediaService>;

export interface NodeConnection {
  readonly media: MediaClient;
  readonly pulse: NodePulse;
}

export interface NodeChannels {
  /** @param address host:port; each call is paired with one of `release`. */
  acquire(address: string): NodeConnection;
  release(address: string): void;
  readonly size: number;
  close(): void;
}

interface Entry extends NodeConnection {
  readonly channel: RpcChannel;
  users: number;
}

/** @param onLost is called each time that a node in use is lost. */
export function createNodeChannels(credentials: RpcCredentials, onLost: () => void): NodeChannels {
  const open = new Map<string, Entry>();
  const end = ({ pulse, channel }: Entry): void => {
    pulse.close();
    channel.close();
  };
  return {
    acquire: (address) => {
      const known = open.get(address);
      if (known !== undefined) {
        known.users += 1;
        return known;
      }
      const channel = createRpcChannel({ address, role: 'node', credentials });
      const media = channel.client(MediaService);
      const pulse = followNode(media);
      pulse.onLost(onLost);
      const entry: Entry = { channel, media, pulse, users: 1 };
      open.set(address, entry);
      return entry;
    },
    release: (address) => {
      const entry = open.get(address);
      if (entry === undefined) return;
      entry.users -= 1;
      if (entry.users > 0) return;
      open.delete(address);
      end(entry);
    },
    get size() {
      return open.size;
    },
    close: () => {
      for (const entry of open.values()) end(entry);
      open.clear();
    },
  };
}

/** One gRPC connection to each node that is in use, shared by all its meetings; closed when the last user is gone. */
import { MediaService } from '@parley/proto/gen/parley/v1/media_pb.js';
import { createRpcChannel, type RpcChannel, type RpcMethods } from '@parley/proto/rpc-client.js';
import type { RpcCredentials } from '@parley/proto/tls.js';

export type MediaClient = RpcMethods<typeof MediaService>;

export interface NodeChannels {
  /** @param address host:port; each call is paired with one of `release`. */
  acquire(address: string): MediaClient;
  release(address: string): void;
  readonly size: number;
  close(): void;
}

export function createNodeChannels(credentials: RpcCredentials): NodeChannels {
  const open = new Map<string, { readonly channel: RpcChannel; readonly media: MediaClient; users: number }>();
  return {
    acquire: (address) => {
      const known = open.get(address);
      if (known !== undefined) {
        known.users += 1;
        return known.media;
      }
      const channel = createRpcChannel({ address, role: 'node', credentials });
      const media = channel.client(MediaService);
      open.set(address, { channel, media, users: 1 });
      return media;
    },
    release: (address) => {
      const entry = open.get(address);
      if (entry === undefined) return;
      entry.users -= 1;
      if (entry.users > 0) return;
      open.delete(address);
      entry.channel.close();
    },
    get size() {
      return open.size;
    },
    close: () => {
      for (const { channel } of open.values()) channel.close();
      open.clear();
    },
  };
}

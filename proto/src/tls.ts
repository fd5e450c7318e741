/**
 * Mutual TLS between parts, from a mounted Secret of type kubernetes.io/tls (tls.crt, tls.key, ca.crt).
 * The files are read again on a timer, so that a rotated certificate is used without a restart.
 */
import { join } from 'node:path';
import { credentials, experimental, ServerCredentials, type ChannelCredentials } from '@grpc/grpc-js';
import { providedChannelCredentials } from './channel-credentials.js';

const reloadIntervalMs = 30_000;

export interface RpcCredentials {
  readonly server: ServerCredentials;
  readonly channel: ChannelCredentials;
  /** False only for tests on loopback, where no peer has an identity. */
  readonly mutualTls: boolean;
  /**
   * Settles once the files were read: until then a server drops whoever connects.
   * @throws Error naming the directory, where one of them can't be read.
   */
  loaded(): Promise<void>;
}

/** @param directory holds tls.crt, tls.key and ca.crt; must exist already. */
export function tlsCredentials(directory: string, refreshIntervalMs: number = reloadIntervalMs): RpcCredentials {
  const provider = new experimental.FileWatcherCertificateProvider({
    certificateFile: join(directory, 'tls.crt'),
    privateKeyFile: join(directory, 'tls.key'),
    caCertificateFile: join(directory, 'ca.crt'),
    refreshIntervalMs,
  });
  return {
    server: experimental.createCertificateProviderServerCredentials(provider, provider, true),
    channel: providedChannelCredentials(provider),
    mutualTls: true,
    loaded: async () => {
      const [identity, authority] = await Promise.all([
        firstUpdate<experimental.IdentityCertificateUpdate>(
          (listener) => provider.addIdentityCertificateListener(listener),
          (listener) => provider.removeIdentityCertificateListener(listener),
        ),
        firstUpdate<experimental.CaCertificateUpdate>(
          (listener) => provider.addCaCertificateListener(listener),
          (listener) => provider.removeCaCertificateListener(listener),
        ),
      ]);
      if (identity === null) throw new Error(`tls.crt or tls.key can't be read in ${directory}`);
      if (authority === null) throw new Error(`ca.crt can't be read in ${directory}`);
    },
  };
}

type UpdateListener<T> = (update: T | null) => void;

function firstUpdate<T>(
  subscribe: (listener: UpdateListener<T>) => void,
  unsubscribe: (listener: UpdateListener<T>) => void,
): Promise<T | null> {
  return new Promise((resolve) => {
    const listener = (update: T | null): void => {
      unsubscribe(listener);
      resolve(update);
    };
    subscribe(listener);
  });
}

/** No encryption and no identity: unit and integration tests on loopback only. */
export function insecureCredentials(): RpcCredentials {
  return {
    server: ServerCredentials.createInsecure(),
    channel: credentials.createInsecure(),
    mutualTls: false,
    loaded: () => Promise.resolve(),
  };
}

/**
 * Mutual TLS between parts, from a mounted Secret of type kubernetes.io/tls (tls.crt, tls.key, ca.crt).
 * The files are read again on a timer, so that a rotated certificate is used without a restart.
 */
import { join } from 'node:path';
import { credentials, experimental, ServerCredentials, type ChannelCredentials } from '@grpc/grpc-js';

const reloadIntervalMs = 30_000;

export interface RpcCredentials {
  readonly server: ServerCredentials;
  readonly channel: ChannelCredentials;
  /** False only for tests on loopback, where no peer has an identity. */
  readonly mutualTls: boolean;
}

/** @param directory holds tls.crt, tls.key and ca.crt; must exist already. */
export function tlsCredentials(directory: string): RpcCredentials {
  const provider = new experimental.FileWatcherCertificateProvider({
    certificateFile: join(directory, 'tls.crt'),
    privateKeyFile: join(directory, 'tls.key'),
    caCertificateFile: join(directory, 'ca.crt'),
    refreshIntervalMs: reloadIntervalMs,
  });
  return {
    server: experimental.createCertificateProviderServerCredentials(provider, provider, true),
    channel: experimental.createCertificateProviderChannelCredentials(provider, provider),
    mutualTls: true,
  };
}

/** No encryption and no identity: unit and integration tests on loopback only. */
export function insecureCredentials(): RpcCredentials {
  return { server: ServerCredentials.createInsecure(), channel: credentials.createInsecure(), mutualTls: false };
}

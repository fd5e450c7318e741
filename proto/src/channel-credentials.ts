/**
 * TLS for channels, with one context of the newest certificates for all connections. grpc-js makes two for each connection: milliseconds
 * and tens of kilobytes each time, which a process with a thousand peers can't afford when it starts.
 */
import { createSecureContext } from 'node:tls';
import {
  ChannelCredentials,
  credentials,
  type CallCredentials,
  type ChannelOptions,
  type experimental,
} from '@grpc/grpc-js';

export function providedChannelCredentials(provider: experimental.CertificateProvider): ChannelCredentials {
  return new ProvidedChannelCredentials(provider);
}

class ProvidedChannelCredentials extends ChannelCredentials {
  readonly #provider: experimental.CertificateProvider;
  #users = 0;
  /** Undefined: not known yet; null: they cannot be read. */
  #authority: experimental.CaCertificateUpdate | null | undefined;
  #identity: experimental.IdentityCertificateUpdate | null | undefined;
  #current: ChannelCredentials | undefined;
  #waiting: (() => void)[] = [];

  constructor(provider: experimental.CertificateProvider) {
    super();
    this.#provider = provider;
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    target: experimental.GrpcUri,
    options: ChannelOptions,
    callCredentials?: CallCredentials,
  ): experimental.SecureConnector {
    this.#use();
    return {
      connect: async (socket) =>
        this.#newest()._createSecureConnector(target, options, callCredentials).connect(socket),
      waitForReady: () => this.#known(),
      getCallCredentials: () => callCredentials ?? credentials.createEmpty(),
      destroy: () => this.#leave(),
    };
  }

  /** @throws Error when the certificates cannot be read. */
  #newest(): ChannelCredentials {
    if (this.#authority == null || this.#identity == null) throw new Error('the certificates cannot be read');
    const { caCertificate: ca } = this.#authority;
    const { certificate: cert, privateKey: key } = this.#identity;
    this.#current ??= ChannelCredentials.createFromSecureContext(createSecureContext({ ca, cert, key }));
    return this.#current;
  }

  readonly #takeAuthority = (update: experimental.CaCertificateUpdate | null): void => {
    if (!isSame(update?.caCertificate, this.#authority?.caCertificate)) this.#current = undefined;
    this.#authority = update;
    this.#wake();
  };

  readonly #takeIdentity = (update: experimental.IdentityCertificateUpdate | null): void => {
    if (!isSame(update?.certificate, this.#identity?.certificate)) this.#current = undefined;
    this.#identity = update;
    this.#wake();
  };

  #wake(): void {
    if (this.#authority === undefined || this.#identity === undefined) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }

  async #known(): Promise<void> {
    if (this.#authority !== undefined && this.#identity !== undefined) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The provider reads its files for as long as somebody listens. */
  #use(): void {
    this.#users += 1;
    if (this.#users > 1) return;
    this.#provider.addCaCertificateListener(this.#takeAuthority);
    this.#provider.addIdentityCertificateListener(this.#takeIdentity);
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#provider.removeCaCertificateListener(this.#takeAuthority);
    this.#provider.removeIdentityCertificateListener(this.#takeIdentity);
  }
}

function isSame(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a !== undefined && b !== undefined && a.equals(b);
}

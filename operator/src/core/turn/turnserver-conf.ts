/** coturn's configuration (turnserver.conf). It holds the secret that credentials are made with: it goes into a Secret, and nowhere else. */

export interface TurnserverConfInput {
  readonly secret: string;
  /** UDP and TCP. */
  readonly port: number;
  /** Undefined: no TLS. */
  readonly tlsPort: number | undefined;
  /** Threads that relay. */
  readonly threads: number;
  readonly quotas: TurnQuotas;
  readonly limits: TurnLimits;
  readonly folders: {
    /** Writable, shared with the agent. */
    readonly run: string;
    /** Of tls.crt and tls.key. */
    readonly certificate: string;
  };
  /** Of the agent, on loopback. */
  readonly databasePort: number;
}

export interface TurnQuotas {
  readonly allocationsPerParticipant: number;
  /** Of the server. */
  readonly allocations: number;
}

/** Undefined: none. */
export interface TurnLimits {
  /** Of one allocation. */
  readonly allocationBytesPerSecond?: number | undefined;
  /** Of all of a server's allocations together. */
  readonly serverBytesPerSecond?: number | undefined;
}

export const TURN_REALM = 'parley';
/** Each allocation is refreshed, and told of, by then: what the agent's counts rest on (turn/src/core/coturn-book.ts). */
const MAX_LIFETIME_SECONDS = 600;

export function buildTurnserverConf(input: TurnserverConfInput): string {
  const { quotas, limits, folders } = input;
  const database = `ip=127.0.0.1 dbname=0 port=${String(input.databasePort)} connect_timeout=5`;
  const lines = [
    `listening-port=${String(input.port)}`,
    ...(input.tlsPort === undefined
      ? ['no-tls']
      : [
          `tls-listening-port=${String(input.tlsPort)}`,
          `cert=${folders.certificate}/tls.crt`,
          `pkey=${folders.certificate}/tls.key`,
          'no-tlsv1',
          'no-tlsv1_1',
        ]),
    'no-dtls',
    `relay-threads=${String(input.threads)}`,
    'fingerprint',
    'use-auth-secret',
    `static-auth-secret=${input.secret}`,
    `realm=${TURN_REALM}`,
    'stale-nonce=600',
    `max-allocate-lifetime=${String(MAX_LIFETIME_SECONDS)}`,
    `user-quota=${String(quotas.allocationsPerParticipant)}`,
    `total-quota=${String(quotas.allocations)}`,
    ...(limits.allocationBytesPerSecond === undefined ? [] : [`max-bps=${String(limits.allocationBytesPerSecond)}`]),
    ...(limits.serverBytesPerSecond === undefined ? [] : [`bps-capacity=${String(limits.serverBytesPerSecond)}`]),
    // Nobody may be reached but the nodes, which the agent allows one by one.
    'denied-peer-ip=0.0.0.0-255.255.255.255',
    'denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    'no-multicast-peers',
    // UDP only: whatever listens on a node's host by TCP stays out of reach.
    'no-tcp-relay',
    `redis-userdb="${database}"`,
    `redis-statsdb="${database}"`,
    'no-cli',
    'no-software-attribute',
    `pidfile="${folders.run}/turnserver.pid"`,
    'log-file=stdout',
    'simple-log',
  ];
  return `${lines.join('\n')}\n`;
}

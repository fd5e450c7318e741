/** A signaling replica in this process, with what it talks to. */
import { createLogger } from '@parley/process/log.js';
import { parseConfig, type SignalingConfig } from '@parley/signaling/config.js';
import { startSignaling, type Signaling } from '@parley/signaling/signaling.js';
import { Registry } from 'prom-client';
import { until } from './client.js';
import { writeTokenKeys } from './token-keys.js';

export interface Replica extends Signaling {
  readonly registry: Registry;
  /** Every log line. */
  readonly lines: readonly string[];
}

export interface ReplicaOptions {
  readonly operatorAddress: string;
  readonly tokenKeysDir?: string;
  readonly redisUrl?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly limits?: Partial<SignalingConfig['limits']>;
}

export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const config = parseConfig({
    HTTP_PORT: '0',
    OPERATOR_ADDRESS: options.operatorAddress,
    TOKEN_KEYS_DIR: options.tokenKeysDir ?? (await writeTokenKeys()),
    REDIS_URL: options.redisUrl,
    REQUEST_BURST: '5000',
    REQUESTS_PER_SECOND: '5000',
    ...options.environment,
  });
  const lines: string[] = [];
  const log = createLogger({ process: 'signaling', level: 'debug' }, { write: (line) => void lines.push(line) });
  const registry = new Registry();
  const signaling = await startSignaling({ ...config, limits: { ...config.limits, ...options.limits } }, log, registry);
  await until('ready', () => signaling.notReadyBecause() === undefined);
  return {
    registry,
    lines,
    port: signaling.port,
    notReadyBecause: () => signaling.notReadyBecause(),
    close: () => signaling.close(),
  };
}

/** The environment of the agent beside coturn, parsed once. */
import { logLevel, parseEnvironment, port } from '@parley/process/environment.js';
import type { LogLevel } from '@parley/process/log.js';
import { z } from 'zod';

export interface AgentConfig {
  /** Of the pod. */
  readonly name: string;
  readonly realm: string;
  readonly grpcAddress: string;
  /** Undefined: without TLS, in development only. */
  readonly tlsDir: string | undefined;
  /** coturn's database, on loopback. */
  readonly databasePort: number;
  readonly drainPort: number;
  /** Shared with coturn: its process id, and the peers that hold. */
  readonly runDir: string;
  /** Of coturn's own certificate; undefined: it has none. */
  readonly certificateDir: string | undefined;
  /** Of which pod coturn's configuration must be, and where it says of which it is; undefined: not in Kubernetes. */
  readonly confOwner: { readonly podUid: string; readonly file: string } | undefined;
  readonly telemetryPort: number;
  readonly logLevel: LogLevel;
}

const schema = z
  .object({
    TURN_NAME: z.string().min(1),
    TURN_REALM: z.string().min(1),
    GRPC_ADDRESS: z.string().default('0.0.0.0:7100'),
    TLS_DIR: z.string().optional(),
    NODE_ENV: z.string().optional(),
    DATABASE_PORT: port.default(6_479),
    DRAIN_PORT: port.default(9_191),
    RUN_DIR: z.string().default('/run/turn'),
    CERTIFICATE_DIR: z.string().optional(),
    POD_UID: z.string().optional(),
    CONF_POD_FILE: z.string().optional(),
    TELEMETRY_PORT: port.default(9_190),
    LOG_LEVEL: logLevel,
  })
  .refine((env) => env.TLS_DIR !== undefined || env.NODE_ENV !== 'production', {
    path: ['TLS_DIR'],
    message: 'must be set in production: every call between parts is authenticated (law 10)',
  });

/** @throws EnvironmentError that names each wrong variable. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): AgentConfig {
  const env = parseEnvironment(schema, environment);
  return {
    name: env.TURN_NAME,
    realm: env.TURN_REALM,
    grpcAddress: env.GRPC_ADDRESS,
    tlsDir: env.TLS_DIR,
    databasePort: env.DATABASE_PORT,
    drainPort: env.DRAIN_PORT,
    runDir: env.RUN_DIR,
    certificateDir: env.CERTIFICATE_DIR,
    confOwner:
      env.POD_UID === undefined || env.CONF_POD_FILE === undefined
        ? undefined
        : { podUid: env.POD_UID, file: env.CONF_POD_FILE },
    telemetryPort: env.TELEMETRY_PORT,
    logLevel: env.LOG_LEVEL,
  };
}

/** The environment of signaling, parsed once. */
import { logLevel, parseEnvironment, port } from '@parley/process/environment.js';
import type { LogLevel } from '@parley/process/log.js';
import { z } from 'zod';
import type { BucketLimit } from './core/limits/token-bucket.js';
import { iceServer, type IceServer } from './protocol/media-parameters.js';

export interface SignalingConfig {
  readonly httpPort: number;
  /** host:port of the operator's headless service. */
  readonly operatorAddress: string;
  /** Undefined: without Redis. */
  readonly redisUrl: string | undefined;
  /** Undefined: without TLS, in development only. */
  readonly tlsDir: string | undefined;
  readonly tokenKeysDir: string;
  /** Of clients that give no region; empty: no preference. */
  readonly defaultRegion: string;
  /** Such as https://meet.example.com; undefined: what the client asked. */
  readonly publicUrl: string | undefined;
  readonly iceServers: readonly IceServer[];
  /** Holds the built meeting page; undefined: no page is served. */
  readonly webDir: string | undefined;
  /** Origins of pages elsewhere that may call the REST API; `*` for all. */
  readonly corsOrigins: readonly string[];
  /** Reverse proxies in front whose X-Forwarded-For is believed. */
  readonly trustedProxyHops: number;
  readonly limits: SignalingLimits;
  readonly logLevel: LogLevel;
  readonly telemetryPort: number;
  readonly otlpEndpoint: string | undefined;
}

/** Law 6: nothing is unbounded. Those of one socket stand in protocol/limits.ts, as clients must know them. */
export interface SignalingLimits {
  /** REST requests of one address. */
  readonly requests: BucketLimit;
  /** Wrong passcodes of one address for one meeting. */
  readonly passcodeAttempts: BucketLimit;
  readonly socketsPerAddress: number;
  /** Sockets that have not said hello yet. */
  readonly silentSockets: number;
  readonly silentSocketsPerAddress: number;
  readonly sockets: number;
}

const whole = (fallback: number): z.ZodDefault<z.ZodCoercedNumber> => z.coerce.number().int().min(1).default(fallback);

const iceServersJson = z.string().transform((text, context) => {
  try {
    const parsed = z.array(iceServer).max(16).safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: 'must be a JSON array of RTCIceServer' });
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' });
  }
  return z.NEVER;
});

const schema = z
  .object({
    HTTP_PORT: port.default(8_080),
    OPERATOR_ADDRESS: z
      .string()
      .regex(/^.+:\d+$/, 'must be host:port')
      .default('parley-operator:7001'),
    REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    TLS_DIR: z.string().optional(),
    NODE_ENV: z.string().optional(),
    TOKEN_KEYS_DIR: z.string().default('/etc/parley/token-keys'),
    DEFAULT_REGION: z.string().default(''),
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
    ICE_SERVERS: iceServersJson.default([]),
    WEB_DIR: z.string().optional(),
    CORS_ORIGINS: z.string().default(''),
    TRUSTED_PROXY_HOPS: z.coerce.number().int().min(0).max(10).default(0),
    REQUEST_BURST: whole(200),
    REQUESTS_PER_SECOND: whole(20),
    PASSCODE_ATTEMPTS: whole(10),
    MAX_SOCKETS: whole(20_000),
    MAX_SOCKETS_PER_ADDRESS: whole(2_000),
    MAX_SILENT_SOCKETS: whole(2_000),
    MAX_SILENT_SOCKETS_PER_ADDRESS: whole(400),
    LOG_LEVEL: logLevel,
    TELEMETRY_PORT: port.default(9_090),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  })
  .refine((env) => env.TLS_DIR !== undefined || env.NODE_ENV !== 'production', {
    path: ['TLS_DIR'],
    message: 'must be set in production: every call between parts is authenticated (law 10)',
  });

/** Wrong passcodes that were used up come back over this time. */
const passcodeWindowSeconds = 60;

/** @throws EnvironmentError that names each wrong variable. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): SignalingConfig {
  const env = parseEnvironment(schema, environment);
  return {
    httpPort: env.HTTP_PORT,
    operatorAddress: env.OPERATOR_ADDRESS,
    redisUrl: env.REDIS_URL,
    tlsDir: env.TLS_DIR,
    tokenKeysDir: env.TOKEN_KEYS_DIR,
    defaultRegion: env.DEFAULT_REGION,
    publicUrl: env.PUBLIC_URL?.replace(/\/$/, ''),
    iceServers: env.ICE_SERVERS,
    webDir: env.WEB_DIR,
    corsOrigins: env.CORS_ORIGINS.split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
    trustedProxyHops: env.TRUSTED_PROXY_HOPS,
    limits: {
      requests: { burst: env.REQUEST_BURST, perSecond: env.REQUESTS_PER_SECOND },
      passcodeAttempts: { burst: env.PASSCODE_ATTEMPTS, perSecond: env.PASSCODE_ATTEMPTS / passcodeWindowSeconds },
      sockets: env.MAX_SOCKETS,
      socketsPerAddress: env.MAX_SOCKETS_PER_ADDRESS,
      silentSockets: env.MAX_SILENT_SOCKETS,
      silentSocketsPerAddress: env.MAX_SILENT_SOCKETS_PER_ADDRESS,
    },
    logLevel: env.LOG_LEVEL,
    telemetryPort: env.TELEMETRY_PORT,
    otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}

/** The environment of a node, parsed once; architecture: every limit of this process stands here with its default. */
import { availableParallelism } from 'node:os';
import { logLevel, parseEnvironment, port } from '@parley/process/environment.js';
import type { LogLevel } from '@parley/process/log.js';
import { z } from 'zod';

/** Law 6: what one room, participant or message may take. */
export interface NodeLimits {
  readonly rooms: number;
  readonly participants: number;
  readonly consumers: number;
  readonly producersPerParticipant: number;
  readonly consumersPerParticipant: number;
  /** Of one JSON field of a request. */
  readonly jsonBytes: number;
  /** Events that may wait for one signaling replica and room. */
  readonly queuedEvents: number;
  readonly watchersPerRoom: number;
}

export interface NodeConfig {
  readonly nodeName: string;
  readonly podIp: string;
  readonly grpcAddress: string;
  /** Undefined: without TLS, in development only. */
  readonly tlsDir: string | undefined;
  readonly rtcPort: number;
  readonly rtcListenIp: string;
  readonly relayPortMin: number;
  readonly relayPortMax: number;
  readonly workers: number;
  readonly limits: NodeLimits;
  /** For so long at most it serves on after SIGTERM, for its people to move. */
  readonly drainMs: number;
  readonly logLevel: LogLevel;
  readonly telemetryPort: number;
  readonly otlpEndpoint: string | undefined;
}

const count = (fallback: number): z.ZodDefault<z.ZodCoercedNumber> => z.coerce.number().int().min(1).default(fallback);

const schema = z
  .object({
    NODE_NAME: z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'must be a DNS name'),
    POD_IP: z.union([z.ipv4(), z.ipv6()]),
    GRPC_ADDRESS: z.string().default('0.0.0.0:7000'),
    TLS_DIR: z.string().optional(),
    NODE_ENV: z.string().optional(),
    RTC_PORT: port.default(40_000),
    RTC_LISTEN_IP: z.union([z.ipv4(), z.ipv6()]).optional(),
    RELAY_PORT_MIN: port.default(41_000),
    RELAY_PORT_MAX: port.default(41_999),
    WORKERS: count(availableParallelism()),
    CAPACITY_PARTICIPANTS: count(500),
    CAPACITY_CONSUMERS: count(10_000),
    MAX_ROOMS: count(5_000),
    MAX_PRODUCERS_PER_PARTICIPANT: count(16),
    MAX_CONSUMERS_PER_PARTICIPANT: count(500),
    DRAIN_SECONDS: z.coerce.number().min(0).max(86_400).default(0),
    LOG_LEVEL: logLevel,
    TELEMETRY_PORT: port.default(9_090),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  })
  .refine((env) => env.TLS_DIR !== undefined || env.NODE_ENV !== 'production', {
    path: ['TLS_DIR'],
    message: 'must be set in production: every call between parts is authenticated (law 10)',
  })
  .refine((env) => env.RELAY_PORT_MIN <= env.RELAY_PORT_MAX, {
    path: ['RELAY_PORT_MIN'],
    message: 'must not be above RELAY_PORT_MAX',
  });

/** @throws EnvironmentError that names each wrong variable. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): NodeConfig {
  const env = parseEnvironment(schema, environment);
  return {
    nodeName: env.NODE_NAME,
    podIp: env.POD_IP,
    grpcAddress: env.GRPC_ADDRESS,
    tlsDir: env.TLS_DIR,
    rtcPort: env.RTC_PORT,
    rtcListenIp: env.RTC_LISTEN_IP ?? env.POD_IP,
    relayPortMin: env.RELAY_PORT_MIN,
    relayPortMax: env.RELAY_PORT_MAX,
    workers: env.WORKERS,
    limits: {
      ...defaultLimits,
      rooms: env.MAX_ROOMS,
      participants: env.CAPACITY_PARTICIPANTS,
      consumers: env.CAPACITY_CONSUMERS,
      producersPerParticipant: env.MAX_PRODUCERS_PER_PARTICIPANT,
      consumersPerParticipant: env.MAX_CONSUMERS_PER_PARTICIPANT,
    },
    drainMs: env.DRAIN_SECONDS * 1_000,
    logLevel: env.LOG_LEVEL,
    telemetryPort: env.TELEMETRY_PORT,
    otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}

export const defaultLimits: NodeLimits = {
  rooms: 5_000,
  participants: 500,
  consumers: 10_000,
  producersPerParticipant: 16,
  consumersPerParticipant: 500,
  jsonBytes: 64 * 1024,
  queuedEvents: 2_000,
  watchersPerRoom: 64,
};

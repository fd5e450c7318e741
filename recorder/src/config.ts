/** The environment of a recorder, parsed once. What is recorded comes as one variable; secrets never are in it. */
import { availableParallelism } from 'node:os';
import { logLevel, parseEnvironment, port } from '@parley/process/environment.js';
import type { LogLevel } from '@parley/process/log.js';
import { z } from 'zod';
import { layouts, outputKinds } from './format/recording.js';

const ms = z.int().min(1);
const text = z.string().min(1);

export const jobSchema = z.object({
  namespace: text,
  job: text,
  uid: text,
  meetingId: text,
  title: z.string(),
  layout: z.enum(layouts),
  outputs: z.array(z.enum(outputKinds)).min(1),
  storage: z.union([
    z.object({
      s3: z.object({
        bucket: text,
        /** All that the job stores is below it. */
        prefix: z.string().regex(/[^/]\/$/, 'must end with a slash'),
        endpoint: z.url().optional(),
        region: text,
        forcePathStyle: z.boolean(),
        serverSideEncryption: z.enum(['AES256', 'aws:kms']).optional(),
      }),
    }),
    z.object({
      directory: z.string().startsWith('/'),
      prefix: z.string().regex(/[^/]\/$/, 'must end with a slash'),
    }),
  ]),
  maxDurationMs: ms,
  emptyMeetingMs: ms,
  bufferBytes: z.int().min(1_048_576),
  keepSegments: z.boolean(),
});
export type RecordingSettings = z.infer<typeof jobSchema>;

const job = z
  .string()
  .transform((value, context): unknown => {
    try {
      return JSON.parse(value);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' });
      return z.NEVER;
    }
  })
  .pipe(jobSchema);

export interface RecorderConfig {
  readonly name: string;
  readonly recording: RecordingSettings;
  readonly podIp: string;
  readonly grpcAddress: string;
  /** Undefined: without TLS, in development only. */
  readonly tlsDir: string | undefined;
  readonly relayPorts: { readonly first: number; readonly last: number };
  readonly telemetryPort: number;
  readonly workDir: string;
  readonly terminationLog: string;
  readonly font: string;
  readonly threads: number;
  readonly logLevel: LogLevel;
  readonly otlpEndpoint: string | undefined;
}

const schema = z
  .object({
    PARLEY_RECORDER_NAME: z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'must be a DNS name'),
    PARLEY_RECORDING: job,
    PARLEY_WORK_DIR: z.string().startsWith('/').default('/work'),
    PARLEY_TERMINATION_LOG: z.string().startsWith('/').default('/dev/termination-log'),
    PARLEY_FONT: z.string().startsWith('/').default('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'),
    POD_IP: z.union([z.ipv4(), z.ipv6()]),
    GRPC_ADDRESS: z.string().default('0.0.0.0:7000'),
    TLS_DIR: z.string().optional(),
    NODE_ENV: z.string().optional(),
    RELAY_PORT_MIN: port.default(41_000),
    RELAY_PORT_MAX: port.default(41_999),
    TELEMETRY_PORT: port.default(9_090),
    LOG_LEVEL: logLevel,
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

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws EnvironmentError that names each wrong variable. */
export function parseConfig(environment: Environment): RecorderConfig {
  const env = parseEnvironment(schema, environment);
  return {
    name: env.PARLEY_RECORDER_NAME,
    recording: env.PARLEY_RECORDING,
    podIp: env.POD_IP,
    grpcAddress: env.GRPC_ADDRESS,
    tlsDir: env.TLS_DIR,
    relayPorts: { first: env.RELAY_PORT_MIN, last: env.RELAY_PORT_MAX },
    telemetryPort: env.TELEMETRY_PORT,
    workDir: env.PARLEY_WORK_DIR,
    terminationLog: env.PARLEY_TERMINATION_LOG,
    font: env.PARLEY_FONT,
    threads: availableParallelism(),
    logLevel: env.LOG_LEVEL,
    otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}

/** Of what only deals with the store. @throws EnvironmentError */
export function parseStoreConfig(environment: Environment): {
  readonly recording: RecordingSettings;
  readonly logLevel: LogLevel;
} {
  const env = parseEnvironment(z.object({ PARLEY_RECORDING: job, LOG_LEVEL: logLevel }), environment);
  return { recording: env.PARLEY_RECORDING, logLevel: env.LOG_LEVEL };
}

import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LogOptions {
  /** The process, such as `sfu-node`. */
  readonly process: string;
  readonly level: LogLevel;
  /** Fields on every line, such as the node's name. */
  readonly bindings?: Readonly<Record<string, string>>;
}

/** Keys that never reach a log line, wherever in the first three levels they stand. */
const secretKeys = [
  'token',
  'resumeToken',
  'passcode',
  'speakerPasscode',
  'hostPasscode',
  'password',
  'authorization',
  'cookie',
  'privateKey',
  'credential',
  'secret',
];
const redactedPaths = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** JSON lines on standard output: a constant message with fields, the time in ISO 8601, secrets redacted. */
export function createLogger(options: LogOptions, destination?: DestinationStream): Logger {
  const settings = {
    level: options.level,
    base: { process: options.process, ...options.bindings },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redactedPaths, censor: '[redacted]' },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}

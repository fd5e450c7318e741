import type { Logger } from './log.js';

export interface Closeable {
  close(): Promise<void> | void;
}

export interface ShutdownOptions {
  readonly graceMs: number;
  /** What SIGTERM waits for before anything closes; another signal ends the waiting. */
  readonly beforeTerminating?: (signal: AbortSignal) => Promise<void>;
  /** Of a process that a signal ends; 1 where it has not done what it is there for. 0 unless given. */
  readonly signalExitCode?: number;
}

/**
 * Waits for SIGTERM or SIGINT, then closes everything, the last opened first, within `graceMs`; exits with 1 if that fails.
 * An error that nobody caught ends the process the same way: its state is unknown, and a restart is clean.
 */
export function closeOnSignal(parts: readonly Closeable[], log: Logger, options: ShutdownOptions): void {
  const { graceMs, beforeTerminating, signalExitCode = 0 } = options;
  const impatient = new AbortController();
  let terminating = false;
  let closing = false;
  const close = async (why: string, exitCode: number): Promise<void> => {
    if (closing) return;
    closing = true;
    log.info({ why }, 'shutting down');
    const overdue = setTimeout(() => {
      log.error({ graceMs }, 'shutdown took too long');
      process.exit(1);
    }, graceMs);
    let code = exitCode;
    for (const part of parts.toReversed()) {
      try {
        await part.close();
      } catch (error) {
        log.error({ err: error }, 'a part failed to close');
        code = 1;
      }
    }
    clearTimeout(overdue);
    log.flush();
    process.exit(code);
  };
  const terminate = async (): Promise<void> => {
    if (terminating) impatient.abort();
    else {
      terminating = true;
      await beforeTerminating?.(impatient.signal);
      await close('SIGTERM', signalExitCode);
    }
  };
  process.on('SIGTERM', () => void terminate());
  process.on('SIGINT', () => void close('SIGINT', signalExitCode));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught error');
    void close('uncaught error', 1);
  });
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    void close('unhandled rejection', 1);
  });
}

import type { Logger } from './log.js';

export interface Closeable {
  close(): Promise<void> | void;
}

/**
 * Waits for SIGTERM or SIGINT, then closes everything, the last opened first, within `graceMs`; exits with 1 if that fails.
 * An error that nobody caught ends the process the same way: its state is unknown, and a restart is clean.
 */
export function closeOnSignal(parts: readonly Closeable[], log: Logger, graceMs: number): void {
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
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void close(signal, 0));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught error');
    void close('uncaught error', 1);
  });
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    void close('unhandled rejection', 1);
  });
}

/**
 * Segments on their way into the store, the oldest first, a few at once. What fails is tried again, for as long as it takes: the disk's
 * limit bounds how much waits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs, type Backoff } from '@parley/process/backoff.js';
import type { Logger } from '@parley/process/log.js';
import { StoreError, type RecordingStore, type StoreErrorReason } from '../store/recording-store.js';
import type { SpooledSegment } from './spool.js';

export interface UploadQueueOptions {
  readonly store: Pick<RecordingStore, 'putFile'>;
  readonly log: Logger;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly backoff?: Backoff;
  onUploaded(spooled: SpooledSegment, seconds: number): void;
  /** Its file can't be read any more. */
  onLost(spooled: SpooledSegment): void;
  onFailed(reason: StoreErrorReason): void;
}

export interface UploadQueue {
  readonly waiting: number;
  /** Why the store takes nothing just now; undefined: it does, as far as is known. */
  readonly waitingFor: StoreError | undefined;
  add(spooled: SpooledSegment): void;
  /** Settles when everything is in the store. @throws the signal's reason. */
  drained(signal: AbortSignal): Promise<void>;
  close(): void;
}

const parallel = 4;
const defaultBackoff: Backoff = { firstMs: 500, lastMs: 15_000 };

export function createUploadQueue(options: UploadQueueOptions): UploadQueue {
  const { store, log } = options;
  const queue: { readonly spooled: SpooledSegment; readonly sinceMs: number }[] = [];
  const closed = new AbortController();
  const idle = new Set<() => void>();
  const isClosed = (): boolean => closed.signal.aborted;
  let running = 0;
  let failures = 0;
  let waitingFor: StoreError | undefined;

  const settle = (): void => {
    if (running > 0 || queue.length > 0) return;
    for (const resolve of idle) resolve();
    idle.clear();
  };

  async function upload(item: (typeof queue)[number]): Promise<void> {
    while (!isClosed()) {
      try {
        await store.putFile(item.spooled.segment.key, item.spooled.path, {
          contentType: 'video/x-matroska',
          signal: closed.signal,
        });
        failures = 0;
        waitingFor = undefined;
        options.onUploaded(item.spooled, (performance.now() - item.sinceMs) / 1_000);
        return;
      } catch (error) {
        if (isMissing(error, item.spooled.path)) {
          options.onLost(item.spooled);
          return;
        }
        if (isClosed()) return;
        waitingFor = error instanceof StoreError ? error : new StoreError('Refused', String(error), error);
        options.onFailed(waitingFor.reason);
        const waitMs = backoffMs(options.backoff ?? defaultBackoff, failures, options.random());
        failures += 1;
        log.warn({ err: error, waitMs, waiting: queue.length }, 'segment could not be stored');
        await sleep(waitMs, undefined, { signal: closed.signal }).catch(() => undefined);
      }
    }
  }

  const next = (): void => {
    while (running < parallel && !isClosed()) {
      const item = queue.shift();
      if (item === undefined) break;
      running += 1;
      void upload(item).finally(() => {
        running -= 1;
        next();
      });
    }
    settle();
  };

  return {
    get waiting() {
      return queue.length + running;
    },
    get waitingFor() {
      return waitingFor;
    },
    add(spooled) {
      queue.push({ spooled, sinceMs: performance.now() });
      next();
    },
    drained(signal) {
      return new Promise((resolve, reject) => {
        const give = (): void => {
          idle.delete(done);
          reject(signal.reason instanceof Error ? signal.reason : new Error('given up'));
        };
        const done = (): void => {
          signal.removeEventListener('abort', give);
          resolve();
        };
        if (signal.aborted) {
          give();
          return;
        }
        signal.addEventListener('abort', give, { once: true });
        idle.add(done);
        settle();
      });
    },
    close: () => closed.abort(new Error('closed')),
  };
}

/** The file on the disk, not the object. */
function isMissing(error: unknown, path: string): boolean {
  const cause = error instanceof StoreError ? error.cause : error;
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' && 'path' in cause && cause.path === path;
}

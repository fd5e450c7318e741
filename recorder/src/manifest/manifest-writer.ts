/** Writes what this pod recorded into the store: each part after its segments, the newest at most once a second. */
import { backoffMs } from '@parley/process/backoff.js';
import type { Logger } from '@parley/process/log.js';
import {
  addToLog,
  partsToWrite,
  startLog,
  wrotePart,
  type ManifestAdditions,
  type ManifestLog,
} from '../core/manifest/manifest-log.js';
import type { RecordingStore } from '../store/recording-store.js';
import { manifestPartKey } from '../store/storage-keys.js';

export interface ManifestWriterOptions {
  readonly store: Pick<RecordingStore, 'putBytes'>;
  readonly recorder: string;
  /** On the recording's clock. */
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly log: Logger;
}

export interface ManifestWriter {
  add(additions: ManifestAdditions): void;
  /** Settles when the store has all of it. @throws the signal's reason. */
  flushed(signal: AbortSignal): Promise<void>;
  close(): void;
}

const everyMs = 1_000;
/** Without news the newest part says so often until when this pod ran. */
const aliveEveryMs = 5_000;
const backoff = { firstMs: 500, lastMs: 10_000 };

export function createManifestWriter(options: ManifestWriterOptions): ManifestWriter {
  const { store, nowMs, log } = options;
  let entries: ManifestLog = startLog(options.recorder, Math.round(nowMs()));
  let writing: Promise<void> | undefined;
  let failures = 0;
  let notBeforeMs = 0;
  let toldAtMs = nowMs();

  async function writeAll(): Promise<void> {
    for (const part of partsToWrite(entries)) {
      await store.putBytes(manifestPartKey(part.recorder, part.fromMs), Buffer.from(JSON.stringify(part)), {
        contentType: 'application/json',
      });
      entries = wrotePart(entries, part);
    }
  }

  function write(): Promise<void> {
    writing ??= writeAll()
      .then(
        () => {
          failures = 0;
        },
        (error: unknown) => {
          notBeforeMs = nowMs() + backoffMs(backoff, failures, options.random());
          failures += 1;
          log.warn({ err: error }, 'manifest could not be stored');
        },
      )
      .finally(() => {
        writing = undefined;
      });
    return writing;
  }

  const timer = setInterval(() => {
    if (nowMs() - toldAtMs >= aliveEveryMs) add({});
    if (partsToWrite(entries).length > 0 && nowMs() >= notBeforeMs) void write();
  }, everyMs);

  function add(additions: ManifestAdditions): void {
    toldAtMs = nowMs();
    entries = addToLog(entries, Math.round(toldAtMs), additions);
  }

  return {
    add,
    async flushed(signal) {
      while (partsToWrite(entries).length > 0) {
        signal.throwIfAborted();
        await write();
        if (failures > 0) await new Promise((resolve) => setTimeout(resolve, Math.max(0, notBeforeMs - nowMs())));
      }
    },
    close: () => clearInterval(timer),
  };
}

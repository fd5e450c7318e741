/** coturn reads its certificate again at SIGUSR2, and keeps its allocations: that is how a renewed one is taken into use. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@parley/process/log.js';

export interface CertificateWatch {
  readonly reloads: number;
  close(): void;
}

export interface CertificateWatchOptions {
  /** Of tls.crt and tls.key. */
  readonly folder: string;
  /** Where coturn writes the id of its process. */
  readonly pidFile: string;
  readonly log: Logger;
  readonly everyMs?: number;
}

const EVERY_MS = 10_000;

export async function watchCertificate(options: CertificateWatchOptions): Promise<CertificateWatch> {
  const { folder, pidFile, log } = options;
  let known = await digestOf(folder);
  let reloads = 0;
  const look = async (): Promise<void> => {
    const now = await digestOf(folder);
    if (now === undefined || now === known) return;
    const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
    // It has not started yet, and will read the new one.
    if (!Number.isSafeInteger(pid) || pid <= 0) return;
    try {
      process.kill(pid, 'SIGUSR2');
      known = now;
      reloads += 1;
      log.info({ pid }, 'the certificate was renewed, and coturn was told');
    } catch (error) {
      log.warn({ err: error, pid }, 'coturn could not be told of its renewed certificate; it is tried again');
    }
  };
  const timer = setInterval(() => void look(), options.everyMs ?? EVERY_MS);
  timer.unref();
  return {
    get reloads() {
      return reloads;
    },
    close: () => clearInterval(timer),
  };
}

async function digestOf(folder: string): Promise<string | undefined> {
  try {
    const parts = await Promise.all(['tls.crt', 'tls.key'].map((name) => readFile(join(folder, name))));
    return createHash('sha256').update(Buffer.concat(parts)).digest('hex');
  } catch {
    return undefined;
  }
}

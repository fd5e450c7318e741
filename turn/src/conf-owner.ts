/**
 * A pod that has the name of an earlier one may find that one's Secret in its volume, until the operator has written its own, and the
 * kubelet has brought it: within about a minute. coturn must not start with that: signaling makes credentials with the new secret.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@parley/process/log.js';

export interface ConfOwner {
  readonly podUid: string;
  /** Says for which pod the configuration was written. */
  readonly file: string;
  readonly log: Logger;
  readonly everyMs?: number;
}

const EVERY_MS = 500;

export async function untilOwnConf({ podUid, file, log, everyMs = EVERY_MS }: ConfOwner): Promise<void> {
  let told = false;
  for (;;) {
    const writtenFor = await readFile(file, 'utf8').catch(() => '');
    if (writtenFor.trim() === podUid) return;
    if (!told) log.warn({ podUid, writtenFor }, 'the configuration is that of an earlier pod: waiting for the own one');
    told = true;
    await sleep(everyMs);
  }
}

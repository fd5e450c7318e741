import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@parley/process/log.js';

export interface EmptyingOptions {
  readonly withinMs: number;
  readonly log: Logger;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

const lookEveryMs = 100;

/** Law 2: resolves when nobody is on the node any more, or when its time is up. */
export async function untilEmpty(
  node: { readonly participants: number },
  { withinMs, log, signal }: EmptyingOptions,
): Promise<void> {
  const endMs = performance.now() + withinMs;
  const { participants } = node;
  if (participants > 0) log.info({ participants, withinMs }, 'draining');
  while (node.participants > 0 && performance.now() < endMs && !signal.aborted)
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  if (node.participants > 0) log.warn({ participants: node.participants }, 'drained no further: people are cut off');
}

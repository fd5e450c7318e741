import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@parley/process/log.js';

export interface EmptyingOptions {
  readonly withinMs: number;
  readonly log: Logger;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

const lookEveryMs = 100;

/** What a node holds that others would miss. */
export interface NodeUse {
  readonly participants: number;
  /** Other nodes get media through it. */
  readonly passesMedia: boolean;
}

/** Law 2: resolves when nobody is on the node any more, and nothing goes through it, or when its time is up. */
export async function untilEmpty(node: NodeUse, { withinMs, log, signal }: EmptyingOptions): Promise<void> {
  const endMs = performance.now() + withinMs;
  const isInUse = (): boolean => node.participants > 0 || node.passesMedia;
  const { participants, passesMedia } = node;
  if (isInUse()) log.info({ participants, passesMedia, withinMs }, 'draining');
  while (isInUse() && performance.now() < endMs && !signal.aborted)
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  if (node.participants > 0) log.warn({ participants: node.participants }, 'drained no further: people are cut off');
}

import type { SignalReason } from '@parley/crds/reasons.js';
import type { SFUPoolSpec } from '@parley/crds/sfu-pool.js';

export type Scaling = NonNullable<SFUPoolSpec['scaling']>;

/** What one signal has to say. */
export interface Signal {
  /** As the status shows it. */
  readonly name: string;
  /** Nodes; undefined: it has no say now. */
  readonly wish: number | undefined;
  readonly reason: SignalReason;
  /** Numbers behind the wish, or what is wrong. */
  readonly detail: string;
  /** It should have a say and has none: nothing may go meanwhile. */
  readonly unreadable?: boolean;
}

export function count(number: number, thing: string): string {
  return `${String(number)} ${thing}${number === 1 ? '' : 's'}`;
}

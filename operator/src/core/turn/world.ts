import type { TurnPhase } from '@parley/crds/sfu-pool.js';
import type { CertificateState } from '../pool/world.js';

/** A pool's TURN servers as the planner sees them. */
export interface TurnWorld {
  readonly pool: string;
  readonly desired: number;
  /** What servers that are made now are made from; undefined: none can be made. */
  readonly revision: string | undefined;
  readonly servers: readonly ObservedServer[];
  readonly nowMs: number;
}

export interface ObservedServer {
  readonly name: string;
  readonly uid: string;
  readonly revision: string;
  readonly phase: TurnPhase;
  readonly createdAtMs: number;
  readonly allocations: number;
  /** Whether the Secret that its pod waits for is there. */
  readonly isConfigured: boolean;
  readonly certificate: CertificateState;
}

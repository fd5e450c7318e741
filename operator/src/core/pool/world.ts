import type { NodePhase } from '@parley/crds/sfu-pool.js';

/** A pool as the planner sees it. */
export interface PoolWorld {
  readonly name: string;
  /** How many nodes there should be. */
  readonly desired: number;
  /** What pods that are made now are made from. */
  readonly revision: string;
  readonly nodes: readonly ObservedNode[];
  /** Of the nodes above. */
  readonly certificates: readonly ObservedCertificate[];
  readonly nowMs: number;
}

export interface ObservedNode {
  readonly name: string;
  readonly uid: string;
  readonly revision: string;
  readonly phase: NodePhase;
  readonly createdAtMs: number;
  /** People on it. */
  readonly participants: number;
  /** That it sends to them. */
  readonly streams: number;
  /** By its pod's annotation. */
  readonly drainRequested: boolean;
  /** Since when it gets no new meetings. */
  readonly closingSinceMs: number | undefined;
}

export interface ObservedCertificate {
  readonly node: string;
  readonly state: CertificateState;
}

export type CertificateState = 'Current' | 'CertificateMissing' | 'CertificateExpiring' | 'CertificateUntrusted';

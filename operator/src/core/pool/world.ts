import type { DrainReason } from '@parley/crds/reasons.js';
import type { NodePhase, SFUPoolSpec } from '@parley/crds/sfu-pool.js';

/** A pool as the planner sees it. */
export interface PoolWorld {
  readonly name: string;
  /** How many nodes there should be. */
  readonly desired: number;
  readonly drain: SFUPoolSpec['drain'];
  readonly update: SFUPoolSpec['update'];
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
  /** Of them, those whose meetings end soon, as scheduled: they leave by themselves. */
  readonly leavingSoon: number;
  /** That it sends to them. */
  readonly streams: number;
  /** By its pod's annotation. */
  readonly drainRequested: boolean;
  /** What its host says of its own end. */
  readonly hostSignal: HostSignal | undefined;
  /** As written on its pod. */
  readonly drain: Drain | undefined;
  /** Of its pod: since when, and when it is killed. */
  readonly deletion: { readonly sinceMs: number; readonly killedAtMs: number } | undefined;
  /** Those with people on it, where it is being emptied. */
  readonly meetings: readonly ObservedMeeting[];
}

export interface HostSignal {
  readonly reason: 'HostTainted' | 'HostUnschedulable';
  readonly deadlineSeconds: number;
}

/** A node that is to go. It only becomes more urgent: the deadline may come nearer, and never goes away from it. */
export interface Drain {
  readonly phase: DrainPhase;
  readonly reason: DrainReason;
  readonly sinceMs: number;
  readonly deadlineMs: number;
}

/** Draining: meetings may end by themselves. Migrating: their people are moved. Drained: nobody is on it. */
export type DrainPhase = 'Draining' | 'Migrating' | 'Drained';

export interface ObservedMeeting {
  readonly meetingId: string;
  /** Its people on the node. */
  readonly participants: number;
  /** How it is to leave the node, when it was told to. */
  readonly departure: Departure | undefined;
  /** Its people have a place elsewhere, and are asked to move. */
  readonly moving: boolean;
}

/** Migrate: make before break, where another node has room. Reconnect: now, whatever there is. */
export type Departure = 'Migrate' | 'Reconnect';

export interface ObservedCertificate {
  readonly node: string;
  readonly state: CertificateState;
}

export type CertificateState = 'Current' | 'CertificateMissing' | 'CertificateExpiring' | 'CertificateUntrusted';

import type { Logger } from 'pino';
import { planLease, type LeaseRecord } from '../core/lease/plan-lease.js';
import { pause, type Clock } from './clock.js';
import type { KubeClient } from './kube-client.js';
import { KubeError } from './kube-error.js';
import { createLeaseProof } from './lease-proof.js';
import { createLeaseStore, type LeaseRequestOptions, type VersionedLease } from './lease-store.js';
import type { KubeMetrics } from './metrics.js';

/** One term of leadership. */
export interface Leadership {
  /** The lease's `leaseTransitions` after it was won: grows with every taking of it, so it fences. */
  readonly term: number;
  /** Aborts before the lease can be taken by another. */
  readonly signal: AbortSignal;
}

/** The view that writers have of it. */
export interface LeadershipView {
  /** For how long it is certain that no other leads; 0 when it isn't certain at all. */
  remainingMs(): number;
}

/**
 * Leads while it can prove that nobody else does. Without the API server it stops leading, and goes on trying;
 * it never ends the process.
 */
export interface Elector extends LeadershipView {
  isLeader(): boolean;
  /** Of the current leadership, if there is one. */
  readonly term: number | undefined;
  /** Stops leading, waits for what was led, and gives the lease back. */
  close(): Promise<void>;
}

export interface ElectorDeps {
  readonly client: Pick<KubeClient, 'request'>;
  readonly namespace: string;
  /** Of the Lease. */
  readonly name: string;
  /** Unique among the candidates: the pod's name. */
  readonly identity: string;
  /** What is done while leading. It must end when the signal aborts; no new term begins before it has. */
  readonly lead: (leadership: Leadership) => Promise<void>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: KubeMetrics;
  readonly log: Logger;
  readonly timing?: LeaseTiming;
}

export interface LeaseTiming {
  /** After so long without a renewal others may take the lease. */
  readonly leaseMs: number;
  /** After so long without a renewal we stop leading; what is in flight then has the rest of the lease to end. */
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

const DEFAULT_TIMING: LeaseTiming = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

interface Term extends Leadership {
  readonly abort: () => void;
  readonly ended: Promise<void>;
}

/** Begins at once to try. */
export function createElector(deps: ElectorDeps): Elector {
  const { clock, identity } = deps;
  const timing = deps.timing ?? DEFAULT_TIMING;
  if (timing.renewDeadlineMs >= timing.leaseMs || timing.retryMs >= timing.renewDeadlineMs)
    throw new RangeError('retryMs < renewDeadlineMs < leaseMs must hold');
  const labels = { name: deps.name };
  const log = deps.log.child({ lease: `${deps.namespace}/${deps.name}`, identity });
  const store = createLeaseStore({ ...deps, nowMs: () => clock.nowMs() });
  const proof = createLeaseProof(timing.renewDeadlineMs, clock);
  const closing = new AbortController();
  let seen: { readonly lease: VersionedLease | undefined; readonly atMs: number } | undefined;
  let othersDurationMs = 0;
  let current: Term | undefined;
  let cancelExpiry: (() => void) | undefined;

  const see = (lease: VersionedLease | undefined): void => {
    if (seen !== undefined && seen.lease?.version === lease?.version) return;
    seen = { lease, atMs: clock.monotonicMs() };
    const holder = lease?.record.holder;
    if (lease !== undefined)
      othersDurationMs = holder === undefined || holder === identity ? 0 : lease.record.durationMs;
  };
  const ownRecord = (transitions: number): LeaseRecord => ({
    holder: identity,
    durationMs: timing.leaseMs,
    transitions,
  });
  const requestOptions = (): LeaseRequestOptions => ({
    signal: closing.signal,
    deadlineMs: Math.min(timing.renewDeadlineMs / 2, proof.remainingMs() || Number.POSITIVE_INFINITY),
  });
  const releaseOptions = (): LeaseRequestOptions => ({
    signal: new AbortController().signal,
    deadlineMs: timing.renewDeadlineMs / 2,
  });
  const armExpiry = (): void => {
    cancelExpiry?.();
    cancelExpiry = clock.after(proof.remainingMs(), () => {
      if (proof.remainingMs() > 0) armExpiry();
      else stopLeading('the lease could not be renewed in time');
    });
  };
  const stopLeading = (why: string): void => {
    proof.lost();
    cancelExpiry?.();
    if (current === undefined || current.signal.aborted) return;
    deps.metrics.leading.set(labels, 0);
    log.warn({ term: current.term, why }, 'no longer leading');
    current.abort();
  };
  const startLeading = (term: number): void => {
    const controller = new AbortController();
    deps.metrics.leading.set(labels, 1);
    log.info({ term }, 'leading');
    const leadership = { term, signal: controller.signal };
    const ended = Promise.resolve(leadership)
      .then(deps.lead)
      .catch((error: unknown) => {
        log.error({ err: error, term }, 'what was led has failed');
      })
      .then(() => {
        stopLeading('what was led has ended');
      });
    current = { ...leadership, ended, abort: () => controller.abort() };
  };

  const write = async (transitions: number): Promise<void> => {
    const stamp = proof.stamp();
    const version = seen?.lease?.version;
    const record = ownRecord(transitions);
    const options = requestOptions();
    see(version === undefined ? await store.create(record, options) : await store.replace(record, version, options));
    // Where the answer came too late, or we gave up meanwhile, the write proves nothing.
    if (current?.signal.aborted === true || closing.signal.aborted) return;
    proof.renewed(stamp);
    if (proof.remainingMs() <= 0) {
      stopLeading('the lease could not be renewed in time');
      return;
    }
    armExpiry();
    if (current === undefined) startLeading(transitions);
  };

  const attempt = async (): Promise<void> => {
    // While leading the version that we wrote is the one to replace: one request a renewal.
    if (current === undefined || seen?.lease === undefined) see(await store.read(requestOptions()));
    const plan = planLease({
      record: seen?.lease?.record,
      identity,
      leading: current !== undefined,
      unchangedMs: clock.monotonicMs() - (seen?.atMs ?? clock.monotonicMs()),
      othersDurationMs,
      nowMs: clock.nowMs(),
    });
    switch (plan.action) {
      case 'Create':
      case 'Take':
      case 'Renew':
        await write(plan.transitions);
        return;
      case 'Lost':
        stopLeading(plan.reason);
        return;
      case 'Wait':
    }
  };
  const takeError = async (thrown: unknown): Promise<void> => {
    const error = KubeError.from(thrown);
    if (closing.signal.aborted) return;
    log.warn(
      { err: error, code: error.code, leading: proof.remainingMs() > 0 },
      'the lease could not be read or written',
    );
    if (error.class !== 'Conflict' && error.code !== 'NotFound') return;
    // Someone wrote it, or it was deleted: look at what it is now, and at once.
    see(await store.read(requestOptions()));
    if (current === undefined) return;
    const held = seen?.lease?.record.holder === identity;
    if (!held) stopLeading('the lease is no longer ours');
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      if (current?.signal.aborted === true) {
        await current.ended;
        current = undefined;
        await pause(clock, timing.retryMs * (1 + deps.random()), closing.signal);
        continue;
      }
      try {
        await attempt();
      } catch (error) {
        await takeError(error).catch(() => undefined);
      }
      const wake = current === undefined ? closing.signal : AbortSignal.any([closing.signal, current.signal]);
      const jitter = current === undefined ? 1 + 0.2 * deps.random() : 1 - 0.2 * deps.random();
      await pause(clock, timing.retryMs * jitter, wake);
    }
  };
  const giveBack = async (): Promise<void> => {
    const { version, record } = seen?.lease ?? {};
    if (version === undefined || record?.holder !== identity) return;
    const free: LeaseRecord = { holder: undefined, durationMs: 1_000, transitions: record.transitions };
    await store.replace(free, version, releaseOptions());
  };
  const release = async (): Promise<void> => {
    try {
      await giveBack().catch(async (error: unknown) => {
        if (KubeError.from(error).class !== 'Conflict') throw error;
        // A renewal of ours whose answer we did not wait for.
        see(await store.read(releaseOptions()));
        await giveBack();
      });
    } catch (error) {
      log.warn({ err: error }, 'the lease could not be given back; it will expire');
    }
  };

  deps.metrics.leading.set(labels, 0);
  const running = run();

  return {
    isLeader: () => proof.remainingMs() > 0,
    remainingMs: () => proof.remainingMs(),
    get term() {
      return proof.remainingMs() > 0 ? current?.term : undefined;
    },
    close: async () => {
      if (closing.signal.aborted) return running;
      const led = current !== undefined && !current.signal.aborted;
      closing.abort();
      stopLeading('closing');
      await running;
      await current?.ended;
      if (led) await release();
    },
  };
}

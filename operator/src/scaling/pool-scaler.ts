/** Gathers what a pool's scaling decides by, and keeps what it remembers. */
import type { SFUPool } from '@parley/crds/sfu-pool.js';
import { capacityOf } from '../core/load/capacity.js';
import { addLoad, costScaleOf, NO_LOAD } from '../core/load/load.js';
import type { NodeLoadFacts } from '../core/scaling/media-load.js';
import { planScaling, type ScalingMemory, type ScalingPlan } from '../core/scaling/plan.js';
import { shareOfPool, type MeetingAhead } from '../core/scaling/scheduled-meetings.js';
import type { Clock } from '../kube/clock.js';
import { objectKey } from '../kube/kube-resource.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { MeetingStore } from '../meetings/meeting-store.js';
import type { NearMeeting, ScheduledMeetings } from '../meetings/scheduled-meetings.js';
import type { NodeDirectory } from '../nodes/node-directory.js';
import { isReady } from '../nodes/node-views.js';
import { isOver } from '../resources/pod-address.js';
import type { NodePod } from '../resources/pod-resource.js';
import type { PrometheusQueries } from './prometheus-queries.js';

export interface PoolScaler {
  /** Undefined: replicas decides. */
  plan(pool: SFUPool): PoolScaling | undefined;
  forget(poolKey: string): void;
}

export interface PoolScaling {
  readonly plan: ScalingPlan;
  /** What was desired until now. */
  readonly before: number;
}

export interface PoolScalerDeps {
  readonly pods: ObjectCache<NodePod, 'pool'>;
  readonly pools: ObjectCache<SFUPool, 'namespace'>;
  readonly directory: NodeDirectory;
  readonly store: MeetingStore;
  readonly scheduled: ScheduledMeetings;
  readonly queries: PrometheusQueries;
  readonly clock: Clock;
}

interface Remembered {
  readonly uid: string;
  readonly desired: number;
  readonly memory: ScalingMemory;
}

export function createPoolScaler(deps: PoolScalerDeps): PoolScaler {
  const remembered = new Map<string, Remembered>();
  return {
    plan: (pool) => {
      const key = objectKey(pool.metadata);
      const answers = deps.queries.follow(pool);
      const spec = pool.spec.scaling;
      if (spec === undefined) {
        remembered.delete(key);
        return undefined;
      }
      const known = remembered.get(key);
      const last = known?.uid === pool.metadata.uid ? known : undefined;
      const pods = deps.pods.byIndex('pool', key);
      const before = last?.desired ?? pool.status?.desired ?? pods.length;
      const plan = planScaling({
        spec,
        capacity: capacityOf(pool.spec),
        nodes: pods.flatMap((pod) => loadFactsOf(deps, pod)),
        meetings: meetingsAhead(deps, pool),
        costScale: measuredCost(deps, pods),
        answers,
        current: before,
        memory: last?.memory,
        nowMs: deps.clock.nowMs(),
      });
      remembered.set(key, { uid: pool.metadata.uid, desired: plan.desired, memory: plan.memory });
      return { plan, before };
    },
    forget: (poolKey) => {
      remembered.delete(poolKey);
      deps.queries.forget(poolKey);
    },
  };
}

/** None for a node that carries nobody yet, or any more. */
function loadFactsOf({ directory, store }: PoolScalerDeps, pod: NodePod): readonly NodeLoadFacts[] {
  const key = objectKey(pod.metadata);
  const report = directory.report(key);
  if (report === undefined || directory.contact(key) !== 'Live')
    return isReady(pod) && !isOver(pod) && pod.metadata.deletionTimestamp === undefined ? [undefined] : [];
  return [
    {
      load: addLoad(report.load, store.comingOn(key).placed),
      busiestWorkers: report.workerCpu,
    },
  ];
}

/** Of the people on nodes that report. */
function measuredCost({ directory, store }: PoolScalerDeps, pods: readonly NodePod[]): number {
  let [reported, foreseen] = [NO_LOAD, NO_LOAD];
  for (const { metadata } of pods) {
    const key = objectKey(metadata);
    const report = directory.report(key);
    if (report === undefined || directory.contact(key) !== 'Live') continue;
    reported = addLoad(reported, report.load);
    foreseen = addLoad(foreseen, store.comingOn(key).foreseen);
  }
  return costScaleOf(reported, foreseen);
}

function meetingsAhead(deps: PoolScalerDeps, pool: SFUPool): readonly MeetingAhead[] {
  const { name, namespace } = pool.metadata;
  const peopleByPool = countedOnce(() => peopleOfPools(deps, namespace));
  return deps.scheduled.near(namespace).flatMap((meeting): MeetingAhead[] => {
    const share = shareOfPool(name, { pools: poolsOf(deps, meeting), peopleByPool });
    if (share === 0) return [];
    return [
      {
        startMs: meeting.startMs,
        endMs: meeting.endMs,
        expected: Math.ceil(meeting.expectedParticipants * share),
        present: presentIn(deps, meeting, name),
      },
    ];
  });
}

/** Where its people will come: pools that it names, else those that it is placed in; empty: nobody knows. */
function poolsOf({ store }: PoolScalerDeps, meeting: NearMeeting): ReadonlySet<string> {
  if (meeting.pools.length > 0) return new Set(meeting.pools);
  const placed = store.get(meeting.meetingId)?.topology.placements ?? [];
  return new Set(placed.map(({ pool }) => pool));
}

function peopleOfPools({ pools, pods, directory }: PoolScalerDeps, namespace: string): ReadonlyMap<string, number> {
  return new Map(
    pools.byIndex('namespace', namespace).map((pool) => {
      let people = 0;
      for (const { metadata } of pods.byIndex('pool', objectKey(pool.metadata)))
        people += directory.report(objectKey(metadata))?.load.participants ?? 0;
      return [pool.metadata.name, people];
    }),
  );
}

function countedOnce<T>(count: () => T): () => T {
  let counted: { readonly value: T } | undefined;
  return () => (counted ??= { value: count() }).value;
}

function presentIn({ store }: PoolScalerDeps, { meetingId }: NearMeeting, pool: string): number {
  const record = store.get(meetingId);
  if (record === undefined) return 0;
  const people = store.participants(record);
  return record.topology.placements.reduce(
    (sum, placement) => (placement.pool === pool ? sum + (people.get(placement.node) ?? 0) : sum),
    0,
  );
}

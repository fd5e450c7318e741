/** How many nodes a pool should have: the largest wish of its signals, held back by what the pool allows. */
import type { HeldBackReason } from '@parley/crds/reasons.js';
import type { NodeCapacity } from '../load/load.js';
import { historyOf, holdBack, type ScalingHistory } from './hold-back.js';
import { mediaLoadSignal, type NodeLoadFacts } from './media-load.js';
import { querySignal, type GoodWish, type QueryAnswer } from './query-signal.js';
import { scheduledMeetingsSignal, type MeetingAhead } from './scheduled-meetings.js';
import { scheduleSignal, type KnownStart } from './schedule-signal.js';
import type { Scaling, Signal } from './signal.js';

export interface ScalingWorld {
  readonly spec: Scaling;
  readonly capacity: NodeCapacity;
  /** Nodes that are up. */
  readonly nodes: readonly NodeLoadFacts[];
  readonly meetings: readonly MeetingAhead[];
  /** What people of the pool cost, to what is foreseen. */
  readonly costScale: number;
  /** By the query's name; one that is not there was not asked yet. */
  readonly answers: ReadonlyMap<string, QueryAnswer>;
  /** What was desired until now. */
  readonly current: number;
  /** Undefined: this leader decides for the first time. */
  readonly memory: ScalingMemory | undefined;
  readonly nowMs: number;
}

export interface ScalingMemory {
  readonly history: ScalingHistory;
  readonly goodWishes: ReadonlyMap<string, GoodWish>;
  readonly starts: ReadonlyMap<string, KnownStart>;
}

export interface ScalingPlan {
  readonly desired: number;
  readonly wish: number;
  /** Name of the signal whose wish it is; undefined: none has a say. */
  readonly winner: string | undefined;
  readonly heldBack: HeldBackReason | undefined;
  readonly signals: readonly Signal[];
  readonly memory: ScalingMemory;
  /** When time alone may change the number. */
  readonly againAfterMs: number | undefined;
}

export function planScaling(world: ScalingWorld): ScalingPlan {
  const { spec, nowMs } = world;
  const memory = world.memory ?? {
    history: historyOf(world.current, nowMs),
    goodWishes: new Map<string, never>(),
    starts: new Map<string, never>(),
  };
  const { schedules, starts } = planSchedules(world, memory);
  const { queries, goodWishes } = planQueries(world, memory);
  const signals = [
    mediaLoadSignal(world),
    scheduledMeetingsSignal({ ...world, startupMs: spec.startupSeconds * 1000 }),
    ...schedules,
    ...queries,
  ];
  const winner = signals.reduce<Signal | undefined>(
    (best, signal) => ((signal.wish ?? -1) > (best?.wish ?? -1) ? signal : best),
    undefined,
  );
  const wish = winner?.wish ?? spec.min;
  const outcome = holdBack({
    spec,
    wish,
    unreadable: signals.some(({ unreadable }) => unreadable),
    current: world.current,
    history: memory.history,
    nowMs,
  });
  return {
    desired: outcome.desired,
    wish,
    winner: winner?.name,
    heldBack: outcome.heldBack,
    signals,
    memory: { history: outcome.history, goodWishes, starts },
    againAfterMs: outcome.againAfterMs,
  };
}

function planSchedules(
  { spec, capacity, nowMs }: ScalingWorld,
  memory: ScalingMemory,
): { readonly schedules: readonly Signal[]; readonly starts: ReadonlyMap<string, KnownStart> } {
  const starts = new Map<string, KnownStart>();
  const schedules = (spec.schedules ?? []).map((schedule) => {
    const known = memory.starts.get(schedule.name);
    const outcome = scheduleSignal({ schedule, spec, capacity, known, nowMs });
    if (outcome.known !== undefined) starts.set(schedule.name, outcome.known);
    return outcome.signal;
  });
  return { schedules, starts };
}

function planQueries(
  { spec, nodes, answers, nowMs }: ScalingWorld,
  memory: ScalingMemory,
): { readonly queries: readonly Signal[]; readonly goodWishes: ReadonlyMap<string, GoodWish> } {
  const goodWishes = new Map<string, GoodWish>();
  const serving = nodes.filter((node) => node !== undefined).length;
  const queries = (spec.prometheus ?? []).map((query) => {
    const answer = answers.get(query.name) ?? { kind: 'Failed', reason: 'QueryPending', detail: '' };
    const lastGood = memory.goodWishes.get(query.name);
    const outcome = querySignal({ query, answer, lastGood, serving, nowMs });
    if (outcome.lastGood !== undefined) goodWishes.set(query.name, outcome.lastGood);
    return outcome.signal;
  });
  return { queries, goodWishes };
}

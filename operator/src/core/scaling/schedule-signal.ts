import { NO_LOAD, type NodeCapacity } from '../load/load.js';
import { nextCronTime } from '../schedule/cron.js';
import { nodesFor } from './pool-load.js';
import type { Scaling, Signal } from './signal.js';

export type ScalingSchedule = NonNullable<Scaling['schedules']>[number];

/** The first time after `afterMs`, so that it is not looked for at each turn. */
export interface KnownStart {
  readonly source: string;
  readonly afterMs: number;
  readonly startMs: number | undefined;
}

export interface ScheduleInput {
  readonly schedule: ScalingSchedule;
  readonly spec: Pick<Scaling, 'targetUtilizationPercent' | 'startupSeconds'>;
  readonly capacity: NodeCapacity;
  readonly known: KnownStart | undefined;
  readonly nowMs: number;
}

export interface ScheduleOutcome {
  readonly signal: Signal;
  readonly known: KnownStart | undefined;
}

export function scheduleSignal(input: ScheduleInput): ScheduleOutcome {
  const { schedule, spec, nowMs } = input;
  const name = `schedule/${schedule.name}`;
  try {
    const known = firstStart(input);
    const { startMs } = known;
    const begins = startMs === undefined ? 'never again' : new Date(startMs).toISOString().replace('.000Z', 'Z');
    if (startMs === undefined || startMs - spec.startupSeconds * 1000 > nowMs)
      return { signal: { name, wish: undefined, reason: 'ScheduleInactive', detail: `begins ${begins}` }, known };
    const ends = new Date(startMs + schedule.durationSeconds * 1000).toISOString().replace('.000Z', 'Z');
    return {
      signal: { name, wish: wishOf(input), reason: 'ScheduleActive', detail: `from ${begins} to ${ends}` },
      known,
    };
  } catch (error) {
    const detail = error instanceof Error ? error.message.slice(0, 200) : '';
    return { signal: { name, wish: undefined, reason: 'ScheduleInvalid', detail, unreadable: true }, known: undefined };
  }
}

/** Of the time that holds now, or comes next. */
function firstStart({ schedule, known, nowMs }: ScheduleInput): KnownStart {
  const source = `${schedule.cron} ${schedule.timeZone}`;
  const afterMs = nowMs - schedule.durationSeconds * 1000;
  const isStill =
    known?.source === source && known.afterMs <= afterMs && (known.startMs === undefined || afterMs < known.startMs);
  return isStill ? known : { source, afterMs, startMs: nextCronTime(schedule, afterMs) };
}

function wishOf({ schedule, spec, capacity }: ScheduleInput): number {
  if (schedule.nodes !== undefined) return schedule.nodes;
  const load = { load: { ...NO_LOAD, participants: schedule.participants ?? 0 }, busiestWorkers: 0 };
  return nodesFor(load, capacity, spec.targetUtilizationPercent);
}

import type { Condition, ConditionStatus } from '@parley/crds/conditions.js';
import type { ConditionReason } from '@parley/crds/reasons.js';

export interface ConditionUpdate<T extends string> {
  readonly type: T;
  readonly status: ConditionStatus;
  readonly reason: ConditionReason;
  readonly message: string;
}

/** A condition as it was written; by whatever version of us. */
export type WrittenCondition = Pick<Condition, 'type' | 'status' | 'lastTransitionTime'>;

export interface ConditionsInput<T extends string> {
  readonly previous: readonly WrittenCondition[];
  readonly updates: readonly ConditionUpdate<T>[];
  readonly observedGeneration: number;
  readonly nowMs: number;
}

/** The time moves only when the status flips. */
export function conditionsOf<T extends string>(input: ConditionsInput<T>): Condition<T>[] {
  const now = timestampOf(input.nowMs);
  const previous = new Map(input.previous.map((condition) => [condition.type, condition]));
  return input.updates.map((update) => {
    const before = previous.get(update.type);
    const lastTransitionTime = before?.status === update.status ? before.lastTransitionTime : now;
    return { ...update, lastTransitionTime, observedGeneration: input.observedGeneration };
  });
}

/** RFC 3339 in whole seconds, as the API writes times. */
export function timestampOf(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

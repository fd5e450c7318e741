/** Counts go to the API within a budget for the whole cell: so many writes a second, most changed first, one object rarely. */

export interface CountChange {
  readonly key: string;
  /** How far the count is from what was written. */
  readonly difference: number;
  /** When the object's status was last written. */
  readonly writtenAtMs: number;
}

export interface WriteBudget {
  readonly writesPerSecond: number;
  /** Least time between two writes of counts of one object. */
  readonly leastIntervalMs: number;
}

export const CELL_WRITE_BUDGET: WriteBudget = { writesPerSecond: 50, leastIntervalMs: 5_000 };

export interface BudgetInput {
  readonly changes: Iterable<CountChange>;
  readonly nowMs: number;
  /** Since the last selection. */
  readonly elapsedMs: number;
  /** Parts of writes left over from before; below one second's worth. */
  readonly credit: number;
}

export interface BudgetDecision {
  readonly keys: readonly string[];
  readonly credit: number;
}

export function selectCountWrites(input: BudgetInput, budget: WriteBudget): BudgetDecision {
  const earned = input.credit + (input.elapsedMs * budget.writesPerSecond) / 1000;
  const credit = Math.min(earned, budget.writesPerSecond);
  const due = [...input.changes].filter(
    ({ difference, writtenAtMs }) => difference !== 0 && input.nowMs - writtenAtMs >= budget.leastIntervalMs,
  );
  const keys = due
    .toSorted((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || a.writtenAtMs - b.writtenAtMs)
    .slice(0, Math.floor(credit))
    .map(({ key }) => key);
  return { keys, credit: credit - keys.length };
}

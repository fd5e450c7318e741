/** Grants writes of mere counts within the cell's budget (core/status/write-budget.ts). */
import { CELL_WRITE_BUDGET, selectCountWrites, type CountChange } from '../core/status/write-budget.js';
import type { Clock } from '../kube/clock.js';

export interface CountedObject {
  /** How far the count is from what was written; 0 ends the wish. */
  readonly difference: () => number;
  readonly writtenAtMs: () => number;
  /** Called when a write is granted: enqueue the object. */
  readonly grant: () => void;
}

export interface CountWrites {
  /** The count of an object may have changed. */
  touch(key: string, object: CountedObject): void;
  /** Whether a write was granted; takes it. */
  take(key: string): boolean;
  close(): void;
}

const SELECT_EVERY_MS = 200;
/** Looking through all that were touched takes microseconds each: with 20,000 of them it is done once a second. */
const TOUCHED_PER_MS = 20;

export function createCountWrites(clock: Clock): CountWrites {
  const touched = new Map<string, CountedObject>();
  const granted = new Set<string>();
  let credit = 0;
  let selectedAtMs = clock.monotonicMs();
  let cancel = (): void => undefined;

  const changes = function* (): Generator<CountChange> {
    for (const [key, object] of touched) {
      const difference = object.difference();
      if (difference === 0) touched.delete(key);
      else yield { key, difference, writtenAtMs: object.writtenAtMs() };
    }
  };
  const select = (): void => {
    const nowMs = clock.monotonicMs();
    const decision = selectCountWrites(
      { changes: changes(), nowMs, elapsedMs: nowMs - selectedAtMs, credit },
      CELL_WRITE_BUDGET,
    );
    selectedAtMs = nowMs;
    credit = decision.credit;
    for (const key of decision.keys) {
      granted.add(key);
      touched.get(key)?.grant();
      touched.delete(key);
    }
    cancel = clock.after(Math.max(SELECT_EVERY_MS, touched.size / TOUCHED_PER_MS), select);
  };
  cancel = clock.after(SELECT_EVERY_MS, select);

  return {
    touch: (key, object) => {
      touched.set(key, object);
    },
    take: (key) => granted.delete(key),
    close: () => {
      cancel();
      touched.clear();
      granted.clear();
    },
  };
}

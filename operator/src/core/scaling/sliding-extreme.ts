/**
 * The most (or fewest) nodes that a number has been within a time: a monotonic queue, so that it takes as many entries as there are
 * different numbers, however often it is asked (law 6).
 */
export interface Held {
  readonly nodes: number;
  /** It was so many until then, at least. */
  readonly untilMs: number;
}

export interface Observation {
  /** What it is from now on. */
  readonly nodes: number;
  readonly nowMs: number;
  readonly windowMs: number;
}

export type Extreme = 'Most' | 'Fewest';

/** @returns the extreme first; never empty. */
export function observeExtreme(before: readonly Held[], now: Observation, extreme: Extreme): readonly Held[] {
  const { nodes, nowMs, windowMs } = now;
  const last = before.at(-1);
  // The last one held until now.
  const held = last === undefined ? [] : [...before.slice(0, -1), { ...last, untilMs: Math.max(last.untilMs, nowMs) }];
  const isBeaten = (other: Held): boolean => (extreme === 'Most' ? other.nodes <= nodes : other.nodes >= nodes);
  const kept = held.filter((entry) => entry.untilMs > nowMs - windowMs && !isBeaten(entry));
  return [...kept, { nodes, untilMs: nowMs }];
}

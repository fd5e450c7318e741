/** Cells have nothing in common: a service's day is the sum of theirs. */
import type { DayResult, DaySeries, DayTotals } from './measurement.js';

export function mergeDays(days: readonly DayResult[]): DayResult {
  const [first, ...others] = days;
  if (first === undefined) throw new Error('no day to merge');
  return others.reduce((a, b) => addDays(a, b), first);
}

function addDays(a: DayResult, b: DayResult): DayResult {
  const people = a.totals.personHours + b.totals.personHours;
  return {
    policy: a.policy,
    totals: {
      ...sumOf(a.totals, b.totals),
      hops: (a.totals.hops * a.totals.personHours + b.totals.hops * b.totals.personHours) / Math.max(1, people),
    },
    series: addSeries(a.series, b.series),
    durations: a.durations.map((count, bucket) => count + (b.durations[bucket] ?? 0)),
  };
}

function sumOf(a: DayTotals, b: DayTotals): DayTotals {
  const names = Object.keys(a) as (keyof DayTotals)[];
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as unknown as DayTotals;
}

function addSeries(a: DaySeries, b: DaySeries): DaySeries {
  const names = Object.keys(a) as (keyof DaySeries)[];
  const add = (name: keyof DaySeries): readonly number[] => a[name].map((value, slot) => value + (b[name][slot] ?? 0));
  return Object.fromEntries(names.map((name) => [name, add(name)])) as unknown as DaySeries;
}

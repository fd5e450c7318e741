/** A benchmark's outcome: a line a figure on the screen, and a flat JSON object in out/bench. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Figures = Readonly<Record<string, number>>;

const folder = fileURLToPath(new URL('../../../out/bench', import.meta.url));

/** @param goals a name and what its figure should be below (`< 10`) or reach (`>= 0.8`). */
export function report(benchmark: string, figures: Figures, goals: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(figures)) {
    const goal = goals[name];
    console.log(`${benchmark} ${name} ${round(value)}${goal === undefined ? '' : ` (goal ${goal})`}`);
  }
  mkdirSync(folder, { recursive: true });
  const rounded = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]));
  writeFileSync(`${folder}/${benchmark}.json`, `${JSON.stringify(rounded, undefined, 2)}\n`);
}

/** The value below which so large a share of the sample lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new Error('no sample');
  return value;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

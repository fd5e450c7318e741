/**
 * A day of a service: under each policy the same meetings and nodes, only who goes where differs; and with each way of scaling. Draws
 * docs/images/simulator.
 * usage: bench [--scale=small|default|full] [--seed=N]
 */
import { parseArgs } from 'node:util';
import { report } from '../report/figures.js';
import { POLICIES, SCALERS } from './cell-days.js';
import { digestOf } from './digest.js';
import { drawPlots } from './draw-plots.js';
import { figuresOf, GOALS } from './figures-of.js';
import { mergeDays } from './merge.js';
import { runCells } from './run-cells.js';
import { SCALES, SEED } from './scales.js';
import { tableOf } from './table.js';

const { values } = parseArgs({ options: { scale: { type: 'string', default: 'default' }, seed: { type: 'string' } } });
const scale = Object.entries(SCALES).find(([name]) => name === values.scale)?.[1];
if (scale === undefined) throw new Error(`--scale is one of ${Object.keys(SCALES).join(', ')}`);
const startedMs = performance.now();
const cells = await runCells(scale, values.seed === undefined ? SEED : Number(values.seed), (cell) => {
  console.error(`cell ${cell + 1} of ${scale.cells} after ${Math.round((performance.now() - startedMs) / 1_000)} s`);
});
const placed = POLICIES.map((_, policy) => mergeDays(cells.flatMap((cell) => cell.placed[policy] ?? [])));
const scaled = SCALERS.map((_, scaler) => mergeDays(cells.flatMap((cell) => cell.scaled[scaler] ?? [])));
console.log(`${tableOf(placed)}\n\n${tableOf(scaled)}`);
console.log(`digest ${digestOf([...placed, ...scaled])}`);
report('simulator', figuresOf(placed, scaled), GOALS);
drawPlots(placed, scaled);

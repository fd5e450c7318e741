/**
 * A day of a service, under each policy: the same meetings, nodes and failures; only who goes where differs. Draws docs/images/simulator.
 * usage: bench [--scale=small|default|full] [--seed=N]
 */
import { parseArgs } from 'node:util';
import { report } from '../report/figures.js';
import { POLICIES } from './cell-days.js';
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
const days = POLICIES.map((_, policy) => mergeDays(cells.flatMap((results) => results[policy] ?? [])));
console.log(tableOf(days));
console.log(`digest ${digestOf(days)}`);
report('simulator', figuresOf(days), GOALS);
drawPlots(days);

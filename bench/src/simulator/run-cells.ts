/** Cells share nothing, so they are simulated beside each other, a thread a core. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CellDays, CellShape } from './cell-days.js';
import type { Scale } from './scales.js';

/** @returns for each cell, its days. */
export async function runCells(
  { cells, peakMeetings }: Scale,
  seed: number,
  done: (cell: number) => void,
): Promise<readonly CellDays[]> {
  const shapes = Array.from({ length: cells }, (_, cell): CellShape => ({ seed: seed + cell, peakMeetings }));
  const results: CellDays[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./cell-worker.js', import.meta.url));
    try {
      for (let cell = next++; cell < shapes.length; cell = next++) {
        results[cell] = await answerOf(worker, shapes[cell] as CellShape);
        done(cell);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(cells, availableParallelism()) }, work));
  return results;
}

function answerOf(worker: Worker, shape: CellShape): Promise<CellDays> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.postMessage(shape);
  });
}

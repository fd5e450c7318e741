/** A thread that simulates cells, one after the other. */
import { parentPort } from 'node:worker_threads';
import { simulateCell, type CellShape } from './cell-days.js';

parentPort?.on('message', (shape: CellShape) => parentPort?.postMessage(simulateCell(shape)));

import { expect, it } from 'vitest';
import { selectWorker, type WorkerLoad } from './select-worker.js';

it.each([
  [
    'the first of empty ones',
    [
      [0, 0],
      [0, 0],
    ],
    0,
  ],
  [
    'the one with fewer rooms',
    [
      [1, 0],
      [0, 0],
    ],
    1,
  ],
  [
    'few busy rooms weigh more than many empty ones',
    [
      [1, 100],
      [5, 0],
    ],
    1,
  ],
])('selects %s', (_, loads, index) => {
  const workers = loads.map(([rooms = 0, consumers = 0], at) => ({ index: at, rooms, consumers }));
  expect(selectWorker(workers)?.index).toBe(index);
});

it('selects none of none', () => {
  expect(selectWorker<WorkerLoad>([])).toBeUndefined();
});

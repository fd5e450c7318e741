import { describe, expect, it } from 'vitest';
import { createFifo } from './fifo.js';

describe('a fifo', () => {
  it('keeps the order through many turns', () => {
    const fifo = createFifo<number>();
    const taken: number[] = [];
    let next = 0;
    for (let round = 0; round < 100; round++) {
      for (let n = 0; n < 60; n++) fifo.push(next++);
      for (let n = 0; n < 50; n++) taken.push(fifo.shift()!);
    }
    expect(fifo.length).toBe(1_000);
    for (let item = fifo.shift(); item !== undefined; item = fifo.shift()) taken.push(item);
    expect(taken).toEqual(Array.from({ length: 6_000 }, (_, n) => n));
  });
});

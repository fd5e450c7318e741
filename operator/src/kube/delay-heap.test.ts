import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDelayHeap } from './delay-heap.js';

describe('a heap of delays', () => {
  it('gives each key once, at its earliest time, in the order of times', () => {
    const entries = fc.array(fc.tuple(fc.nat(20).map(String), fc.nat(100)));
    fc.assert(
      fc.property(entries, fc.nat(100), (scheduled, nowMs) => {
        const heap = createDelayHeap();
        const earliest = new Map<string, number>();
        for (const [key, dueAtMs] of scheduled) {
          earliest.set(key, Math.min(earliest.get(key) ?? Number.POSITIVE_INFINITY, dueAtMs));
          const isFirst = heap.schedule(key, dueAtMs);
          expect(heap.nextDueAtMs()).toBe(Math.min(...earliest.values()));
          if (isFirst) expect(earliest.get(key)).toBe(heap.nextDueAtMs());
        }
        const taken: string[] = [];
        for (let key = heap.takeDue(nowMs); key !== undefined; key = heap.takeDue(nowMs)) taken.push(key);
        const times = taken.map((key) => earliest.get(key)!);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(taken.sort()).toEqual(
          [...earliest]
            .filter(([, due]) => due <= nowMs)
            .map(([key]) => key)
            .sort(),
        );
        expect(heap.size).toBe(earliest.size - taken.length);
      }),
    );
  });
});

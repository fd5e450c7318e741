import fc from 'fast-check';
import { expect, test } from 'vitest';
import { observeExtreme, type Held } from './sliding-extreme.js';

const steps = fc.array(fc.record({ nodes: fc.nat(9), forMs: fc.integer({ min: 1, max: 40 }) }), {
  minLength: 1,
  maxLength: 60,
});

test.each(['Most', 'Fewest'] as const)(
  '%s of a window is that of all numbers in it, in as few entries as there are numbers',
  (extreme) => {
    fc.assert(
      fc.property(steps, fc.nat(200), (taken, windowMs) => {
        let nowMs = 0;
        let held: readonly Held[] = [];
        const past: { nodes: number; untilMs: number }[] = [];
        for (const { nodes, forMs } of taken) {
          held = observeExtreme(held, { nodes, nowMs, windowMs }, extreme);
          const within = past.filter(({ untilMs }) => untilMs > nowMs - windowMs).map((entry) => entry.nodes);
          const expected = extreme === 'Most' ? Math.max(nodes, ...within) : Math.min(nodes, ...within);
          expect(held[0]?.nodes).toBe(expected);
          expect(held.length).toBeLessThanOrEqual(10);
          nowMs += forMs;
          past.push({ nodes, untilMs: nowMs });
        }
      }),
    );
  },
);

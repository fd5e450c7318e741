import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planSubscription, type Delivery, type SubscriptionWorld } from './plan-subscription.js';

const full: Delivery = { kind: 'Full' };
const paused: Delivery = { kind: 'Paused' };
const low: Delivery = { kind: 'Layers', spatial: 0, temporal: 2 };
const high: Delivery = { kind: 'Layers', spatial: 2, temporal: 2 };
const aWorld = (over: Partial<SubscriptionWorld>): SubscriptionWorld => ({
  wanted: [],
  consumers: [],
  held: new Set(),
  batchLimit: 200,
  ...over,
});
const aConsumer = (producerId: string, asked: Delivery) => ({ consumerId: `c-${producerId}`, producerId, asked });

describe('planSubscription', () => {
  test('what is wanted and not there is asked for, all in one', () => {
    const wanted = ['a', 'b'].map((producerId) => ({ producerId, delivery: full }));
    expect(planSubscription(aWorld({ wanted })).consume).toEqual(['a', 'b']);
  });

  test('what is held back or hidden is not asked for', () => {
    const wanted = [
      { producerId: 'a', delivery: full },
      { producerId: 'b', delivery: paused },
    ];
    expect(planSubscription(aWorld({ wanted, held: new Set(['a']) })).consume).toEqual([]);
  });

  const changes: Record<string, [Delivery, Delivery | undefined, unknown]> = {
    'nothing changes': [low, low, undefined],
    'what is no longer wanted is closed': [low, undefined, { closed: true }],
    'what is hidden is paused': [low, paused, { paused: true }],
    'what is shown again is resumed with its layers': [
      paused,
      high,
      { paused: false, preferredLayers: { spatial: 2, temporal: 2 } },
    ],
    'another size is other layers': [low, high, { preferredLayers: { spatial: 2, temporal: 2 } }],
    'a fresh consumer is resumed': [paused, full, { paused: false }],
    'full after layers takes the limit away': [low, full, { preferredLayers: { spatial: 9, temporal: 9 } }],
  };
  test.each(Object.entries(changes))('%s', (_, [asked, delivery, expected]) => {
    const wanted = delivery === undefined ? [] : [{ producerId: 'a', delivery }];
    const { updates } = planSubscription(aWorld({ wanted, consumers: [aConsumer('a', asked)] }));
    expect(updates.map(({ update }) => update)).toEqual(
      expected === undefined ? [] : [{ consumerId: 'c-a', ...(expected as object) }],
    );
  });

  test('done what was planned, nothing is left to do', () => {
    const delivery = fc.constantFrom(full, paused, low, high);
    const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ producerId: ids, delivery }), { selector: (w) => w.producerId }),
        fc.uniqueArray(fc.record({ producerId: ids, asked: delivery }), { selector: (c) => c.producerId }),
        (wanted, had) => {
          const consumers = had.map(({ producerId, asked }) => aConsumer(producerId, asked));
          const plan = planSubscription(aWorld({ wanted, consumers }));
          const after = consumers.flatMap((consumer) => {
            const found = plan.updates.find(({ update }) => update.consumerId === consumer.consumerId);
            if (found === undefined) return [consumer];
            return found.delivery === undefined ? [] : [{ ...consumer, asked: found.delivery }];
          });
          after.push(...plan.consume.map((producerId) => aConsumer(producerId, paused)));
          const second = planSubscription(aWorld({ wanted, consumers: after }));
          expect(second.consume).toEqual([]);
          expect(second.updates.every(({ update }) => update.paused === false)).toBe(true);
        },
      ),
    );
  });

  test('one message never exceeds its limit', () => {
    const wanted = Array.from({ length: 500 }, (_, i) => ({ producerId: `p${i}`, delivery: full }));
    expect(planSubscription(aWorld({ wanted })).consume).toHaveLength(200);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_LOAD, type Load } from '../load/load.js';
import { NOW_MS } from '../testing/builders.js';
import type { NodeLoadFacts } from './media-load.js';
import { planScaling, type ScalingPlan, type ScalingWorld } from './plan.js';
import type { Scaling } from './signal.js';

const capacity = { participants: 100, consumers: 2_000, packetsPerSecond: 100_000, bytesPerSecond: Infinity };
const anySpec: Scaling = {
  min: 1,
  max: 10,
  targetUtilizationPercent: 80,
  headroom: { participants: 0 },
  startupSeconds: 120,
  stabilizationSeconds: 300,
  rates: { down: { nodes: 1_000, percent: 0, periodSeconds: 60 } },
};
const aLoad = (
  participants: number,
  { busiestWorkers = 0, ...load }: Partial<Load> & { busiestWorkers?: number } = {},
): NodeLoadFacts => ({ load: { ...NO_LOAD, participants, ...load }, busiestWorkers });
const query = { serverURL: 'https://p', query: 'q', intervalSeconds: 15, timeoutSeconds: 5 };
const aWorld = (world: Partial<Omit<ScalingWorld, 'spec'>> & { spec?: Partial<Scaling> } = {}): ScalingWorld => ({
  capacity,
  nodes: [],
  meetings: [],
  costScale: 1,
  answers: new Map(),
  current: 1,
  memory: undefined,
  nowMs: NOW_MS,
  ...world,
  spec: { ...anySpec, ...world.spec },
});
const ahead = { startMs: NOW_MS + 120_000, endMs: NOW_MS + 3_720_000, expected: 10, present: 0 };

describe('what is wished', () => {
  test.each<[string, ScalingWorld, Partial<ScalingPlan>]>([
    ['nobody needs the least', aWorld(), { desired: 1, winner: 'MediaLoad', wish: 0, heldBack: 'AtMinimum' }],
    ['people at target utilization', aWorld({ nodes: [aLoad(160)] }), { desired: 2, wish: 2, heldBack: undefined }],
    ['one more needs another node', aWorld({ nodes: [aLoad(161)] }), { desired: 3 }],
    ['streams, when they are scarcer', aWorld({ nodes: [aLoad(10, { consumers: 3_300 })] }), { desired: 3 }],
    ['packets, when they are scarcer', aWorld({ nodes: [aLoad(10, { packetsPerSecond: 170_000 })] }), { desired: 3 }],
    [
      'CPU, when it is scarcer',
      aWorld({ nodes: [aLoad(1, { busiestWorkers: 0.9 }), aLoad(1, { busiestWorkers: 0.8 })] }),
      { desired: 3 },
    ],
    ['headroom for people', aWorld({ nodes: [aLoad(80)], spec: { headroom: { participants: 80 } } }), { desired: 2 }],
    ['headroom in percent', aWorld({ nodes: [aLoad(80)], spec: { headroom: { percent: 50 } } }), { desired: 2 }],
    [
      'headroom for people makes streams, too',
      aWorld({ nodes: [aLoad(10, { consumers: 1_600 })], spec: { headroom: { participants: 10 } } }),
      { desired: 2 },
    ],
    ['a node that does not answer counts as full', aWorld({ nodes: [aLoad(80), undefined] }), { desired: 2 }],
    [
      'a meeting that begins within the start-up time',
      aWorld({ nodes: [aLoad(80)], meetings: [ahead] }),
      { desired: 2, winner: 'ScheduledMeetings' },
    ],
    [
      'and one that began, for who is still to come',
      aWorld({ nodes: [aLoad(80)], meetings: [{ ...ahead, startMs: NOW_MS - 179_000, present: 9 }] }),
      { desired: 2, winner: 'ScheduledMeetings' },
    ],
    ['not for who is there', aWorld({ nodes: [aLoad(80)], meetings: [{ ...ahead, present: 10 }] }), { desired: 1 }],
    [
      'nor one from which nobody comes before a node is up',
      aWorld({ nodes: [aLoad(80)], meetings: [{ ...ahead, startMs: NOW_MS + 420_000 }] }),
      { desired: 1 },
    ],
    [
      'nor for who has not come in a quarter of an hour',
      aWorld({ nodes: [aLoad(80)], meetings: [{ ...ahead, startMs: NOW_MS - 900_000 }] }),
      { desired: 1 },
    ],
    [
      'the largest wish wins',
      aWorld({
        nodes: [aLoad(80)],
        spec: {
          schedules: [{ name: 'day', cron: '0 0 * * *', timeZone: 'UTC', durationSeconds: 86_400, nodes: 3 }],
          prometheus: [{ ...query, name: 'queue', perNode: 10 }],
        },
        answers: new Map([['queue', { kind: 'Value', value: 41 }]]),
      }),
      { desired: 5, winner: 'prometheus/queue' },
    ],
    ['no more than the maximum', aWorld({ nodes: [aLoad(10_000)] }), { desired: 10, wish: 125, heldBack: 'AtMaximum' }],
    ['a maximum below what there is counts at once', aWorld({ current: 20, nodes: [aLoad(10_000)] }), { desired: 10 }],
  ])('%s', (_, world, expected) => {
    expect(planScaling(world)).toMatchObject(expected);
  });
});

/** Plans again and again, as time passes and what is wished changes. */
function play(
  worlds: readonly { readonly atSeconds: number; readonly people: number }[],
  spec: Partial<Scaling>,
): string[] {
  let current = 1;
  let memory: ScalingWorld['memory'];
  return worlds.map(({ atSeconds, people }) => {
    const plan = planScaling(
      aWorld({ spec, nodes: [aLoad(people)], current, memory, nowMs: NOW_MS + atSeconds * 1000 }),
    );
    ({ desired: current, memory } = plan);
    return [atSeconds, plan.desired, plan.heldBack ?? '', plan.againAfterMs ?? ''].join(' ').trim();
  });
}

describe('what is held back', () => {
  test('up at once, down when less was wished for the stabilization time', () => {
    const seen = [0, 10, 299, 309, 310].map((atSeconds, index) => ({ atSeconds, people: index === 0 ? 400 : 80 }));
    expect(play(seen, {})).toEqual([
      '0 5',
      '10 5 Stabilizing 300000',
      '299 5 Stabilizing 11000',
      '309 5 Stabilizing 1000',
      '310 1',
    ]);
  });

  test('a short dip in between begins nothing anew, a short peak does', () => {
    const dip = [
      { atSeconds: 0, people: 400 },
      { atSeconds: 100, people: 80 },
      { atSeconds: 200, people: 240 },
      { atSeconds: 210, people: 80 },
      { atSeconds: 400, people: 80 },
      { atSeconds: 510, people: 80 },
    ];
    expect(play(dip, {}).map((line) => line.split(' ')[1])).toEqual(['5', '5', '5', '5', '3', '1']);
  });

  test('so many a period, up', () => {
    const spec: Partial<Scaling> = { rates: { ...anySpec.rates, up: { nodes: 2, percent: 100, periodSeconds: 60 } } };
    const times = [0, 30, 60, 90, 120].map((atSeconds) => ({ atSeconds, people: 700 }));
    expect(play(times, spec)).toEqual([
      '0 3 ScaleUpRate 60000',
      '30 3 ScaleUpRate 30000',
      '60 6 ScaleUpRate 60000',
      '90 6 ScaleUpRate 30000',
      '120 9',
    ]);
  });

  test('so many a period, down', () => {
    const spec: Partial<Scaling> = {
      stabilizationSeconds: 0,
      rates: { down: { nodes: 1, percent: 50, periodSeconds: 60 } },
    };
    const times = [0, 10, 60, 70, 130].map((atSeconds, index) => ({ atSeconds, people: index === 0 ? 640 : 80 }));
    expect(play(times, spec)).toEqual([
      '0 8',
      '10 4 ScaleDownRate 60000',
      '60 4 ScaleDownRate 10000',
      '70 2 ScaleDownRate 60000',
      '130 1',
    ]);
  });

  test('nothing goes while a query has no answer, and then the stabilization time begins', () => {
    const asked = { prometheus: [{ ...query, name: 'queue', perNode: 10 }] };
    let memory: ScalingWorld['memory'];
    const told = [
      { atSeconds: 0, value: 50 },
      { atSeconds: 1_000, value: Number.NaN },
      { atSeconds: 2_000, value: 10 },
      { atSeconds: 2_299, value: 10 },
      { atSeconds: 2_300, value: 10 },
    ].map(({ atSeconds, value }) => {
      const answers = new Map([['queue', { kind: 'Value' as const, value }]]);
      const nowMs = NOW_MS + atSeconds * 1000;
      const plan = planScaling(aWorld({ spec: asked, answers, current: 5, memory, nowMs }));
      ({ memory } = plan);
      return `${String(plan.desired)} ${plan.heldBack ?? ''}`.trim();
    });
    expect(told).toEqual(['5', '5 SignalUnreadable', '5 Stabilizing', '5 Stabilizing', '1']);
  });

  test('a new leader waits for the stabilization time before it lets anything go', () => {
    expect(planScaling(aWorld({ current: 5 }))).toMatchObject({
      desired: 5,
      heldBack: 'Stabilizing',
      againAfterMs: 300_000,
    });
  });
});

const spec: fc.Arbitrary<Scaling> = fc
  .record({
    min: fc.integer({ min: 1, max: 8 }),
    more: fc.nat(12),
    targetUtilizationPercent: fc.integer({ min: 10, max: 100 }),
    headroom: fc.oneof(fc.record({ participants: fc.nat(300) }), fc.record({ percent: fc.nat(200) })),
    startupSeconds: fc.nat(300),
    stabilizationSeconds: fc.nat(600),
    rates: fc.record({
      up: fc.option(
        fc.record({
          nodes: fc.integer({ min: 1, max: 4 }),
          percent: fc.nat(200),
          periodSeconds: fc.integer({ min: 1, max: 300 }),
        }),
        { nil: undefined },
      ),
      down: fc.record({
        nodes: fc.integer({ min: 1, max: 4 }),
        percent: fc.nat(200),
        periodSeconds: fc.integer({ min: 1, max: 300 }),
      }),
    }),
  })
  .map(({ more, rates: { up, down }, ...rest }) => ({
    ...rest,
    max: rest.min + more,
    rates: { down, ...(up !== undefined && { up }) },
  }));
const answer = fc.oneof(
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300).map((value) => ({ kind: 'Value' as const, value })),
  fc.constant({ kind: 'Failed' as const, reason: 'QueryUnreachable' as const, detail: '' }),
  fc.nat(300).map((value) => ({ kind: 'Value' as const, value })),
);
const moment = fc.record({
  afterMs: fc.nat(200_000),
  nodes: fc.array(
    fc.option(
      fc.nat(200).map((people) => aLoad(people)),
      { nil: undefined },
    ),
    { maxLength: 6 },
  ),
  answer,
});

describe('whatever happens', () => {
  test('the number stays within its bounds, is explained, and does not fall while a signal cannot be read', () => {
    fc.assert(
      fc.property(spec, fc.nat(30), fc.array(moment, { maxLength: 30 }), (anyScaling, start, moments) => {
        let current = start;
        let nowMs = NOW_MS;
        let memory: ScalingWorld['memory'];
        for (const { afterMs, nodes, answer: answered } of moments) {
          nowMs += afterMs;
          const plan = planScaling(
            aWorld({
              spec: { ...anyScaling, prometheus: [{ ...query, name: 'queue', perNode: 10 }] },
              nodes,
              current,
              memory,
              nowMs,
              answers: new Map([['queue', answered]]),
            }),
          );
          expect(plan.desired).toBeGreaterThanOrEqual(anyScaling.min);
          expect(plan.desired).toBeLessThanOrEqual(anyScaling.max);
          if (plan.desired !== plan.wish) expect(plan.heldBack).toBeDefined();
          else expect(plan.heldBack).toBeUndefined();
          if (plan.signals.some(({ unreadable }) => unreadable))
            expect(plan.desired).toBeGreaterThanOrEqual(Math.min(anyScaling.max, current));
          if (plan.againAfterMs !== undefined) expect(plan.againAfterMs).toBeGreaterThan(0);
          ({ desired: current, memory } = plan);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a world that rests comes to what it wishes when it is asked at the times that the plan names, and then to rest', () => {
    fc.assert(
      fc.property(spec, fc.nat(30), fc.array(fc.nat(200), { maxLength: 6 }), (anyScaling, start, people) => {
        let current = start;
        let nowMs = NOW_MS;
        let memory: ScalingWorld['memory'];
        const planNow = (): ScalingPlan =>
          planScaling({
            ...aWorld({ nodes: people.map((number) => aLoad(number)), current, memory, nowMs }),
            spec: anyScaling,
          });
        for (let turn = 0; turn < 60; turn += 1) {
          const plan = planNow();
          ({ desired: current, memory } = plan);
          if (plan.againAfterMs === undefined) break;
          nowMs += plan.againAfterMs;
        }
        const settled = planNow();
        expect(settled.desired).toBe(Math.min(anyScaling.max, Math.max(anyScaling.min, settled.wish)));
        expect(settled.desired).toBe(current);
        expect(settled.againAfterMs).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

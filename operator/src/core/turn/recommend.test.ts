import { describe, expect, test } from 'vitest';
import { recommendTurnServers, type RecommendTurnInput, type TurnNeeds } from './recommend.js';

const scaling = { min: 1, max: 5, targetAllocations: 100, targetMegabitsPerSecond: 8, stabilizationSeconds: 60 };
const demand = (over: Partial<RecommendTurnInput> = {}) =>
  recommendTurnServers({
    spec: { scaling },
    load: { allocations: 0, bytesPerSecond: 0 },
    needs: [{ servers: 0, atMs: 0 }],
    current: 1,
    nowMs: 1_000,
    ...over,
  });

describe('recommendTurnServers', () => {
  test.each([
    ['a fixed number', { spec: { replicas: 3 } }, 3, 'TurnReplicas'],
    ['one, if nothing is said', { spec: {} }, 1, 'TurnReplicas'],
    ['the least, without load', {}, 1, 'TurnMinimum'],
    ['what allocations need', { load: { allocations: 201, bytesPerSecond: 0 } }, 3, 'TurnAllocations'],
    ['what the bandwidth needs', { load: { allocations: 201, bytesPerSecond: 3_000_001 } }, 4, 'TurnBandwidth'],
    ['the most, beyond', { load: { allocations: 10_000, bytesPerSecond: 0 } }, 5, 'TurnMaximum'],
    ['those that there are, when it has just begun to lead', { needs: [], current: 4 }, 4, 'TurnStabilizing'],
  ] as const)('%s', (_, over, desired, reason) => {
    expect(demand(over).recommendation).toEqual({ desired, reason });
  });

  test('up at once; down when fewer were enough for the whole time', () => {
    let needs: TurnNeeds = [];
    const at = (seconds: number, allocations: number): number => {
      const load = { allocations, bytesPerSecond: 0 };
      const next = demand({ needs, load, nowMs: seconds * 1_000, current: 1 });
      needs = next.needs;
      return next.recommendation.desired;
    };
    expect([at(0, 50), at(1, 350), at(30, 150), at(60, 150)]).toEqual([1, 4, 4, 4]);
    expect([at(61, 50), at(90, 50), at(121, 50)]).toEqual([2, 2, 1]);
    expect(needs.length).toBeLessThan(3);
  });
});

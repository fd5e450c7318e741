/** The planner in random worlds that answer it: pods come up late or never, people move, leaders change and forget. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aDrain, aPoolNode, aPoolWorld, anUpdate, NOW_MS } from '../testing/builders.js';
import { planPool, type PoolAction } from './plan.js';
import type { Drain, ObservedMeeting, ObservedNode, PoolWorld } from './world.js';

const meeting = fc.record({
  id: fc.nat(20),
  participants: fc.integer({ min: 1, max: 30 }),
  departure: fc.constantFrom(undefined, undefined, 'Migrate' as const, 'Reconnect' as const),
  moving: fc.boolean(),
});
const drain = fc.record({
  reason: fc.constantFrom('AboveDesired' as const, 'DrainRequested' as const, 'HostTainted' as const),
  phase: fc.constantFrom('Draining' as const, 'Migrating' as const, 'Drained' as const),
  ageMs: fc.nat(900_000),
  allowedMs: fc.nat(900_000),
});
const node = fc.record({
  ordinal: fc.nat(8),
  phase: fc.constantFrom(
    'Pending' as const,
    'Starting' as const,
    'Ready' as const,
    'Unreachable' as const,
    'Ending' as const,
    'Failed' as const,
  ),
  revision: fc.constantFrom('old', 'new'),
  meetings: fc.uniqueArray(meeting, { selector: ({ id }) => id, maxLength: 4 }),
  drain: fc.option(drain, { nil: undefined }),
  drainRequested: fc.boolean(),
  hostSeconds: fc.option(fc.integer({ min: 5, max: 600 }), { nil: undefined, freq: 4 }),
  ageMs: fc.nat(60_000),
  graceSeconds: fc.nat(600),
});
type Shape = typeof node extends fc.Arbitrary<infer T> ? T : never;
const observed = ({ ordinal, ageMs, graceSeconds, hostSeconds, ...shape }: Shape): ObservedNode => {
  // Who isn't up, or was not, has nobody.
  const mayHavePeople = ['Ready', 'Unreachable', 'Ending'].includes(shape.phase);
  const meetings = mayHavePeople ? shape.meetings : [];
  return aPoolNode(`eu-${String(ordinal)}`, {
    phase: shape.phase,
    revision: shape.revision,
    drainRequested: shape.drainRequested,
    participants: meetings.reduce((sum, { participants }) => sum + participants, 0),
    meetings: meetings.map(({ id, ...rest }): ObservedMeeting => ({ meetingId: String(id), ...rest })),
    drain:
      shape.drain &&
      aDrain({
        phase: shape.drain.phase,
        reason: shape.drain.reason,
        sinceMs: NOW_MS - shape.drain.ageMs,
        deadlineMs: NOW_MS - shape.drain.ageMs + shape.drain.allowedMs,
      }),
    hostSignal: hostSeconds === undefined ? undefined : { reason: 'HostTainted', deadlineSeconds: hostSeconds },
    deletion:
      shape.phase === 'Ending'
        ? { sinceMs: NOW_MS - ageMs, killedAtMs: NOW_MS - ageMs + graceSeconds * 1000 }
        : undefined,
    createdAtMs: NOW_MS - ageMs,
  });
};
const nodes = fc
  .uniqueArray(node, { selector: ({ ordinal }) => ordinal, maxLength: 8 })
  .map((shapes) => shapes.map((shape) => observed(shape)));
const update = fc.record({
  maxSurge: fc.constantFrom<number | string>(0, 1, 3, '25%'),
  maxDraining: fc.constantFrom<number | string>(1, 2, '50%'),
});
const worlds = fc.record({ nodes, desired: fc.nat(6), update: update.map(anUpdate) }).map(aPoolWorld);

const nodeNamed = (world: PoolWorld, name: string): ObservedNode => {
  const found = world.nodes.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

/** Done to what was observed, as the API server and the leader's memory would show it next. */
function apply(world: PoolWorld, actions: readonly PoolAction[]): PoolWorld {
  const byName = new Map(world.nodes.map((one) => [one.name, one]));
  const change = (name: string, part: Partial<ObservedNode>): void => {
    byName.set(name, { ...nodeNamed(world, name), ...byName.get(name), ...part });
  };
  for (const action of actions) {
    if (action.type === 'DeletePod') byName.delete(action.node);
    else if (action.type === 'CreatePod')
      byName.set(action.node, aPoolNode(action.node, { createdAtMs: world.nowMs, phase: 'Pending' }));
    else if (action.type === 'StartDrain' || action.type === 'AdvanceDrain')
      change(action.node, { drain: action.drain });
    else if (action.type === 'CancelDrain') change(action.node, { drain: undefined });
    else if (action.type === 'MigrateMeetings' || action.type === 'ReconnectPeople') {
      const departure = action.type === 'ReconnectPeople' ? 'Reconnect' : 'Migrate';
      const isTold = ({ meetingId }: ObservedMeeting): boolean =>
        action.type === 'ReconnectPeople' || action.meetingIds.includes(meetingId);
      const { meetings } = nodeNamed(world, action.node);
      change(action.node, { meetings: meetings.map((one) => (isTold(one) ? { ...one, departure } : one)) });
    }
  }
  const next = [...byName.values()];
  return { ...world, nodes: next, certificates: next.map(({ name }) => ({ node: name, state: 'Current' })) };
}

describe('law 2', () => {
  test('no node with participants is deleted before its deadline, whatever the world', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { actions, drains } = planPool(world);
        for (const action of actions) {
          if (action.type !== 'DeletePod') continue;
          const { participants } = nodeNamed(world, action.node);
          if (participants > 0) expect(drains.get(action.node)?.deadlineMs).toBeLessThan(world.nowMs);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('nobody is reconnected before the deadline, and everybody has been before the node goes', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { actions, drains } = planPool(world);
        for (const action of actions) {
          if (action.type === 'ReconnectPeople')
            expect(drains.get(action.node)?.deadlineMs).toBeLessThanOrEqual(world.nowMs);
          const isOverdue = action.type === 'DeletePod' && action.reason === 'DrainDeadlineExceeded';
          if (isOverdue) expect(drains.get(action.node)?.deadlineMs).toBeLessThanOrEqual(world.nowMs - 5_000);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('a deadline never moves away, and a drain keeps its begin', () => {
    fc.assert(
      fc.property(worlds, fc.nat(300_000), (world, laterMs) => {
        const { actions } = planPool(world);
        const cancelled = new Set(actions.filter(({ type }) => type === 'CancelDrain').map(({ node: name }) => name));
        const later = { ...apply(world, actions), nowMs: world.nowMs + laterMs };
        const kept = world.nodes.filter(({ name }) => !cancelled.has(name));
        const before = new Map(kept.map(({ name, drain: written }) => [name, written]));
        for (const [name, now] of planPool(later).drains) {
          const written: Drain | undefined = before.get(name);
          if (written === undefined) continue;
          expect(now.sinceMs).toBe(written.sinceMs);
          expect(now.deadlineMs).toBeLessThanOrEqual(Math.max(written.deadlineMs, written.sinceMs));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('law 8: plans converge', () => {
  test('planned again at once, nothing is left to do', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        let settled = world;
        // A drain that has just begun is looked at again before it has anybody moved.
        for (let round = 0; round < 4; round += 1) settled = apply(settled, planPool(settled).actions);
        expect(planPool(settled).actions).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  /** Ten seconds on: pods come up, what was told to leave has left, hosts that are to go are gone, and nobody joins. */
  const step = (world: PoolWorld): PoolWorld => {
    const acted = apply(world, planPool(world).actions);
    const next = acted.nodes
      .filter(({ phase }) => phase !== 'Ending')
      .map((one): ObservedNode => {
        const meetings = one.meetings.filter(({ departure }) => departure === undefined);
        const participants = meetings.reduce((sum, { participants: people }) => sum + people, 0);
        return { ...one, phase: one.phase === 'Failed' ? 'Failed' : 'Ready', meetings, participants };
      });
    const certificates = next.map(({ name }) => ({ node: name, state: 'Current' as const }));
    return { ...acted, nodes: next, certificates, nowMs: world.nowMs + 10_000 };
  };

  test('a pool comes to what is desired, of the new template, and rests', () => {
    fc.assert(
      fc.property(worlds, (start) => {
        let world = start;
        for (let round = 0; round < 120; round += 1) world = step(world);
        expect(planPool(world).actions).toEqual([]);
        expect(world.nodes).toHaveLength(start.desired);
        expect(world.nodes.every(({ revision }) => revision === 'new')).toBe(true);
        expect(world.nodes.every(({ drain: written }) => written === undefined)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('a roll never has more nodes draining than allowed, nor fewer taking people than that leaves', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        update.map(anUpdate),
        fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
        (desired, limits, people) => {
          const outdated = people.slice(0, desired).map((count, index) =>
            aPoolNode(`eu-${String(index)}`, {
              revision: 'old',
              participants: count,
              meetings:
                count === 0 ? [] : [{ meetingId: 'a', participants: count, departure: undefined, moving: true }],
            }),
          );
          let world = aPoolWorld({ desired, update: limits, nodes: outdated });
          const part = (value: number | string): number =>
            typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * desired) / 100);
          const allowed = Math.max(1, part(limits.maxDraining));
          for (let round = 0; round < 60; round += 1) {
            const draining = world.nodes.filter(({ drain: written }) => written !== undefined);
            expect(draining.length).toBeLessThanOrEqual(allowed);
            expect(world.nodes.length).toBeLessThanOrEqual(desired + Math.min(part(limits.maxSurge), allowed));
            expect(world.nodes.length - draining.length).toBeGreaterThanOrEqual(desired - allowed);
            world = step(world);
          }
          expect(world.nodes.every(({ revision }) => revision === 'new')).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});

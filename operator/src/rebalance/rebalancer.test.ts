/** The leader's own memory, and nodes and signaling as far as they obey: who is asked to leave goes, and is reported where they went. */
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_LOAD } from '../core/load/load.js';
import { createFakeClock } from '../kube/testing/fake-clock.js';
import { NO_PASSCODES } from '../meetings/passcodes.js';
import { createLeaderWorld } from '../meetings/testing/leader-world.js';

const SAFE_PACKETS = 60_000;

/** Meetings that send so many packets per person; all begin on the first node. */
function aScene(costs: readonly number[], people: readonly number[], nodes = 3) {
  const clock = createFakeClock();
  const world = createLeaderWorld([{ name: 'eu', region: 'eu', nodes }], clock);
  const names = world.nodes.map(({ name }) => name);
  const meetings = people.map((_, index) => world.meeting(`m${String(index)}`, { expectedParticipants: 2 }));
  const where = people.map((count) => new Array<string>(count).fill(names[0] ?? ''));
  const idOf = (meeting: Meeting): string => meetingIdOf(meeting.metadata.uid);
  const on = (index: number, node: string): number => (where[index] ?? []).filter((name) => name === node).length;
  const packetsOn = (node: string): number => costs.reduce((sum, cost, index) => sum + cost * on(index, node), 0);
  const decide = (meeting: Meeting) => world.decider.decide(meeting, NO_PASSCODES);

  const report = (): void => {
    for (const { name, key } of world.nodes) {
      const counts = new Map(meetings.map((meeting, index) => [idOf(meeting), on(index, name)]));
      const packetsPerSecond = packetsOn(name);
      const participants = [...counts.values()].reduce((sum, count) => sum + count, 0);
      world.directory.reported(key, { ...NO_LOAD, participants, packetsPerSecond }, counts);
      world.rebalancer.reported(key);
    }
  };
  /** All who are asked to leave go to the meeting's other nodes. @returns how many. */
  const migrate = (): number => {
    let moved = 0;
    meetings.forEach((meeting, index) => {
      const placements = world.store.get(idOf(meeting))?.topology.placements ?? [];
      for (const { node, draining, staying } of placements) {
        const [taker] = placements.filter((other) => !other.draining && other.node !== node);
        for (let left = on(index, node); draining && left > staying; left -= 1) {
          expect(taker).toBeDefined();
          const row = where[index] ?? [];
          row[row.indexOf(node)] = taker?.node ?? '';
          moved += 1;
        }
      }
    });
    return moved;
  };
  for (const { key } of world.nodes) world.directory.reported(key, NO_LOAD);
  for (const meeting of meetings) decide(meeting);
  report();

  return {
    packetsOn,
    people: () => where.map((row) => row.length),
    /** A second. @returns how many have moved. */
    second: async () => {
      const step = world.rebalancer.step();
      for (const meeting of meetings) if (step.changed.has(idOf(meeting))) decide(meeting);
      const moved = migrate();
      await clock.advance(1_000);
      report();
      return { moved, outcomes: step.outcomes };
    },
    topologies: () => meetings.map((meeting) => world.store.get(idOf(meeting))?.topology),
    size: () => world.rebalancer.size,
  };
}

describe('a node that carries too much', () => {
  test('is relieved of a meeting, which then is elsewhere alone', async () => {
    const scene = aScene([500, 500, 500], [60, 34, 20]);
    expect(scene.packetsOn('eu-0')).toBe(0.95 * SAFE_PACKETS);
    const outcomes = [];
    for (let second = 0; second < 4; second += 1) outcomes.push(...(await scene.second()).outcomes);
    expect(outcomes).toEqual(['Moved']);
    expect(scene.packetsOn('eu-0')).toBeLessThanOrEqual(0.9 * SAFE_PACKETS);
    expect(scene.topologies()[2]?.placements.map(({ node }) => node)).toEqual(['eu-1']);
    expect(scene.size()).toBe(0);
  });

  test('is relieved of a part of a meeting that is alone on it, and keeps the rest', async () => {
    const scene = aScene([800], [75]);
    for (let second = 0; second < 6; second += 1) await scene.second();
    expect(scene.packetsOn('eu-0')).toBeLessThanOrEqual(0.9 * SAFE_PACKETS);
    const placements = scene.topologies()[0]?.placements ?? [];
    expect(placements.map(({ draining }) => draining)).toEqual([false, false]);
  });

  test('keeps everybody where there is no other, and says so', async () => {
    const scene = aScene([600], [100], 1);
    const outcomes = [];
    for (let second = 0; second < 5; second += 1) outcomes.push(...(await scene.second()).outcomes);
    expect(outcomes).toEqual(['NoRoom']);
    expect(scene.topologies()[0]?.placements[0]?.draining).toBe(false);
  });

  test('is let alone while it carries no more than it may', async () => {
    const scene = aScene([500], [100]);
    expect(await scene.second()).toEqual({ moved: 0, outcomes: [] });
    expect(scene.size()).toBe(0);
  });
});

test('whatever is on it: nobody is lost, and after a while nobody moves any more', async () => {
  const costs = fc.array(fc.integer({ min: 200, max: 600 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      costs,
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 12, maxLength: 12 }),
      async (drawn, counts) => {
        const people = counts.slice(0, drawn.length);
        const scene = aScene(drawn, people, 5);
        let quiet = 0;
        for (let second = 0; second < 100 && quiet < 20; second += 1) {
          const { moved } = await scene.second();
          quiet = moved === 0 ? quiet + 1 : 0;
          expect(scene.people()).toEqual(people);
        }
        expect(quiet).toBe(20);
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

/** Capacity is never oversold, whatever storms come and however late nodes report: the leader's own memory, driven at random. */
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addLoad, NO_LOAD, type Load } from '../core/load/load.js';
import { loadOfShare } from '../core/load/meeting-load.js';
import { createFakeClock } from '../kube/testing/fake-clock.js';
import { NO_PASSCODES } from './passcodes.js';
import { createLeaderWorld } from './testing/leader-world.js';

const capacity = { participants: 30, consumers: 5_000 };
/** A tenth of the capacity, and ten at least. */
const newJoins = 10;
/** Silent for longer, a node is lost. */
const mostBehind = 3;

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('Join' as const),
      meeting: fc.nat(5),
      people: fc.integer({ min: 1, max: 40 }),
      region: fc.constantFrom('eu', 'us', ''),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('Report' as const), late: fc.uniqueArray(fc.nat(3)) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('Leave' as const),
      meeting: fc.nat(5),
      people: fc.integer({ min: 1, max: 20 }),
    }),
  },
);

interface Person {
  readonly id: string;
  readonly meeting: number;
  readonly node: string;
}

function aWorld() {
  const clock = createFakeClock();
  const world = createLeaderWorld(
    ['eu', 'us'].map((name) => ({ name, region: name, nodes: 2, capacity })),
    clock,
  );
  const meetings = Array.from({ length: 6 }, (_, index) =>
    world.meeting(`m${String(index)}`, { expectedParticipants: 5, maxParticipants: 100 }),
  );
  let people: readonly Person[] = [];
  let born = 0;
  const behind = new Map(world.nodes.map(({ name }) => [name, 0]));
  const sinceReport = new Map<string, number>();
  const idOf = (index: number): string => meetingIdOf((meetings[index] as Meeting).metadata.uid);
  const on = (node: string): readonly Person[] => people.filter((person) => person.node === node);

  /** What the node carries, if all send and receive as foreseen. */
  const loadOn = (node: string): Load =>
    meetings.reduce((sum, _, meeting) => {
      const total = people.filter((person) => person.meeting === meeting).length;
      const local = on(node).filter((person) => person.meeting === meeting).length;
      return total === 0 ? sum : addLoad(sum, loadOfShare({ local, total }));
    }, NO_LOAD);
  const report = (node: string): void => {
    const counts = new Map(
      meetings.map((_, index) => [idOf(index), on(node).filter(({ meeting }) => meeting === index).length]),
    );
    const known = [...counts].filter(
      ([id, count]) => count > 0 || world.directory.meetingReport(`default/${node}`, id) !== undefined,
    );
    world.directory.reported(`default/${node}`, loadOn(node), new Map(known));
    behind.set(node, 0);
    sinceReport.delete(node);
  };
  for (const { name } of world.nodes) report(name);

  return {
    count: (): number => people.length,
    join: (meeting: number, count: number, region: string) => {
      for (let index = 0; index < count; index += 1) {
        // One who comes after another has left is somebody else.
        const id = `p${String(born)}`;
        born += 1;
        const request = { participantIds: [id], region };
        const decision = world.place(meetings[meeting] as Meeting, request);
        if (decision.kind === 'Refused') continue;
        const [placed] = decision.plan.participants;
        const node = placed?.node ?? '';
        people = [...people, { id, meeting, node }];
        sinceReport.set(node, (sinceReport.get(node) ?? 0) + 1);
        // Nobody is lost: who was placed has a node of the meeting, and gets it again.
        expect(decision.record.topology.placements.map((placement) => placement.node)).toContain(node);
        const again = world.place(meetings[meeting] as Meeting, request);
        expect(again).toMatchObject({
          kind: 'Placed',
          grown: false,
          plan: { participants: [{ node, reason: 'KeptOnNode' }] },
        });
      }
    },
    leave: (meeting: number, count: number) => {
      const leaving = people.filter((person) => person.meeting === meeting).slice(0, count);
      people = people.filter((person) => !leaving.includes(person));
    },
    report: async (late: readonly number[]) => {
      for (const [index, { name }] of world.nodes.entries()) {
        const missed = (behind.get(name) ?? 0) + 1;
        if (late.includes(index) && missed < mostBehind) behind.set(name, missed);
        else report(name);
      }
      await clock.advance(500);
    },
    check: () => {
      for (const { name } of world.nodes) {
        expect(on(name).length).toBeLessThanOrEqual(capacity.participants);
        expect(sinceReport.get(name) ?? 0).toBeLessThanOrEqual(newJoins);
      }
      // A meeting's plan comes to rest.
      for (const meeting of meetings) {
        const first = world.decider.decide(meeting, NO_PASSCODES);
        expect(world.decider.decide(meeting, NO_PASSCODES).plan).toMatchObject({
          changed: false,
          topology: first.plan.topology,
        });
      }
    },
  };
}

test('no node gets more people than it takes, nor more at once than it may, and nobody is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const world = aWorld();
      for (const next of steps) {
        if (next.kind === 'Join') world.join(next.meeting, next.people, next.region);
        else if (next.kind === 'Leave') world.leave(next.meeting, next.people);
        else await world.report(next.late);
        world.check();
      }
    }),
    { numRuns: 60 },
  );
}, 30_000);

test('a storm on a pool with headroom: those who must wait are in after a few reports', async () => {
  const world = aWorld();
  let waiting = 100;
  for (let round = 0; round < 10 && waiting > 0; round += 1) {
    const before = world.count();
    world.join(0, waiting, '');
    waiting -= world.count() - before;
    world.check();
    await world.report([]);
  }
  expect(waiting).toBe(0);
});

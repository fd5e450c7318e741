import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_LOAD } from '../load/load.js';
import { isCrowded, MAX_MOVING, planRelief, RELIEVE_ABOVE, type CrowdedNode, type MeetingHere } from './plan.js';

const capacity = { participants: 200, consumers: 10_000, packetsPerSecond: 60_000, bytesPerSecond: Infinity };

/** A node that is used so much. */
function aNode(utilization: number): CrowdedNode['node'] {
  const current = { ...NO_LOAD, packetsPerSecond: utilization * capacity.packetsPerSecond };
  return { capacity, load: { current, expected: NO_LOAD, workerCpu: 0, newJoins: 0 } };
}

function aMeeting(meetingId: string, local: number, meeting: Partial<MeetingHere> = {}): MeetingHere {
  return { meetingId, local, total: local, staying: undefined, movable: true, ...meeting };
}

const plan = (utilization: number, meetings: readonly MeetingHere[]) =>
  planRelief({ node: aNode(utilization), meetings }).map(({ meetingId, staying }) => [meetingId, staying]);

test('a node that has as many people as it takes is not crowded by that', () => {
  const { capacity: limits, load } = aNode(0.5);
  const current = { ...load.current, participants: limits.participants };
  expect(isCrowded({ capacity: limits, load: { ...load, current } })).toBe(false);
});

describe('who leaves a node that carries too much', () => {
  test.each<[string, number, readonly MeetingHere[], readonly (readonly [string, number])[]]>([
    ['nobody while it carries what it may', RELIEVE_ABOVE, [aMeeting('a', 5), aMeeting('b', 5)], []],
    ['the smallest meeting that is enough', 0.95, [aMeeting('a', 30), aMeeting('b', 12), aMeeting('c', 3)], [['b', 0]]],
    [
      'the largest that may be moved, and another, where none is enough alone',
      1.2,
      [aMeeting('a', 40), aMeeting('b', 8), aMeeting('c', 7)],
      [
        ['b', 0],
        ['c', 0],
        ['a', 35],
      ],
    ],
    ['some people of a meeting that is alone there', 1, [aMeeting('a', 60)], [['a', 48]]],
    ['never more than half of a meeting at a time', 3, [aMeeting('a', 10)], [['a', 5]]],
    ['nobody of one', 1, [aMeeting('a', 1)], []],
    ['nobody more while enough are on their way', 0.95, [aMeeting('a', 40), aMeeting('b', 20, { staying: 0 })], []],
    ['nobody of those who found no room', 0.95, [aMeeting('a', 12, { movable: false })], []],
  ])('%s', (_, utilization, meetings, reliefs) => {
    expect(plan(utilization, meetings)).toEqual(reliefs);
  });
});

const meetings = fc
  .array(fc.record({ local: fc.nat(120), elsewhere: fc.nat(300), movable: fc.boolean() }), { maxLength: 30 })
  .map((drawn) =>
    drawn.map(({ local, elsewhere, movable }, index) =>
      aMeeting(`m${String(index)}`, local, { total: local + elsewhere, movable }),
    ),
  );

test('whatever is on it: a bounded number, nobody twice, and told so it asks for no more than what is too much', () => {
  fc.assert(
    fc.property(meetings, fc.double({ min: 0, max: 3, noNaN: true }), (drawn, utilization) => {
      const node = aNode(utilization);
      const reliefs = planRelief({ node, meetings: drawn });
      if (!isCrowded(node)) expect(reliefs).toEqual([]);
      const byId = new Map(drawn.map((meeting) => [meeting.meetingId, meeting]));
      let moved = 0;
      for (const { meetingId, staying } of reliefs) {
        const { local = 0, movable } = byId.get(meetingId) ?? {};
        expect(movable).toBe(true);
        expect(staying).toBeGreaterThanOrEqual(0);
        expect(staying).toBeLessThan(local);
        moved += local - staying;
      }
      expect(new Set(reliefs.map(({ meetingId }) => meetingId)).size).toBe(reliefs.length);
      expect(moved).toBeLessThanOrEqual(MAX_MOVING);
    }),
  );
});

test('asking again while they are on their way comes to rest', () => {
  fc.assert(
    fc.property(meetings, fc.double({ min: 0, max: 3, noNaN: true }), (drawn, utilization) => {
      const node = aNode(utilization);
      let told = drawn;
      for (let round = 0; round <= MAX_MOVING; round += 1) {
        const reliefs = planRelief({ node, meetings: told });
        if (reliefs.length === 0) return;
        const staying = new Map(reliefs.map((relief) => [relief.meetingId, relief.staying]));
        told = told.map((meeting) => ({ ...meeting, staying: staying.get(meeting.meetingId) ?? meeting.staying }));
      }
      throw new Error('it goes on and on');
    }),
  );
});

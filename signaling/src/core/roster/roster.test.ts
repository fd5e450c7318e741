import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Participant, Producer } from '../../protocol/roster.js';
import { applyRosterEvents, emptyRoster, planRosterEvents, type Roster, type RosterReport } from './roster.js';

const aParticipant = (id: string, name = id): Participant => ({ id, name, region: 'eu', joinedAtMs: 1 });
const aProducer = (id: string, participantId: string, paused = false): Producer => ({
  ...{ id, participantId, paused, kind: 'video', source: 'camera', layered: true, mimeType: 'video/VP8' },
});
const silence = { participantId: null, levels: [] };

function after(reports: readonly RosterReport[]): Roster {
  return reports.reduce((roster, report) => applyRosterEvents(roster, planRosterEvents(roster, report)), emptyRoster);
}

const ada: RosterReport = { type: 'participant', participant: aParticipant('ada') };
const camera: RosterReport = { type: 'producer', producer: aProducer('cam', 'ada') };

describe('events for clients', () => {
  test('a newcomer joins; told again, nothing happens; another name is an update', () => {
    expect(planRosterEvents(emptyRoster, ada)).toMatchObject([{ type: 'participantJoined' }]);
    expect(planRosterEvents(after([ada]), ada)).toEqual([]);
    const renamed: RosterReport = { type: 'participant', participant: aParticipant('ada', 'Ada L.') };
    expect(planRosterEvents(after([ada]), renamed)).toMatchObject([{ type: 'participantUpdated' }]);
  });

  test('a mute is an update of the producer', () => {
    const muted: RosterReport = { type: 'producer', producer: aProducer('cam', 'ada', true) };
    expect(planRosterEvents(after([ada, camera]), muted)).toMatchObject([{ type: 'producerUpdated' }]);
    expect(planRosterEvents(after([ada, camera, muted]), muted)).toEqual([]);
  });

  test('who leaves takes the producers along, producers first', () => {
    const left: RosterReport = { type: 'participantLeft', participantId: 'ada', reason: 'Lost' };
    expect(planRosterEvents(after([ada, camera]), left)).toEqual([
      { type: 'producerRemoved', producerId: 'cam' },
      { type: 'participantLeft', participantId: 'ada', reason: 'Lost' },
    ]);
    expect(planRosterEvents(emptyRoster, left)).toEqual([]);
  });

  test('a snapshot after a broken stream tells exactly what was missed', () => {
    const before = after([ada, camera, { type: 'participant', participant: aParticipant('bob') }]);
    const events = planRosterEvents(before, {
      type: 'snapshot',
      participants: [aParticipant('bob'), aParticipant('eve')],
      producers: [aProducer('mic', 'eve')],
      activeSpeaker: silence,
    });
    expect(events.map(({ type }) => type)).toEqual([
      'producerRemoved',
      'participantLeft',
      'participantJoined',
      'producerAdded',
    ]);
  });
});

const ids = fc.constantFrom('a', 'b', 'c', 'd');
const worlds = fc
  .uniqueArray(
    fc.record({
      id: ids,
      name: fc.constantFrom('x', 'y'),
      cameras: fc.integer({ min: 0, max: 2 }),
      muted: fc.boolean(),
    }),
    {
      selector: ({ id }) => id,
    },
  )
  .map((people) => ({
    type: 'snapshot' as const,
    participants: people.map(({ id, name }) => aParticipant(id, name)),
    producers: people.flatMap(({ id, cameras, muted }) =>
      Array.from({ length: cameras }, (_value, index) => aProducer(`${id}${String(index)}`, id, muted)),
    ),
    activeSpeaker: silence,
  }));

test('from any roster, the events of a snapshot lead to just that snapshot; told twice, the second says nothing', () => {
  fc.assert(
    fc.property(worlds, worlds, (first, second) => {
      const roster = after([first, second]);
      expect([...roster.participants.values()].toSorted(byId)).toEqual(second.participants.toSorted(byId));
      expect([...roster.producers.values()].toSorted(byId)).toEqual(second.producers.toSorted(byId));
      expect(planRosterEvents(roster, second)).toEqual([]);
    }),
  );
});

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

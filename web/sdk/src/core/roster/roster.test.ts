import { expect, test } from 'vitest';
import { applyRosterEvent, buildRoster, diffRosters, orderedParticipants } from './roster.js';

const aParticipant = (id: string, over = {}) => ({ id, name: id, region: 'eu', joinedAtMs: 1, ...over });
const aProducer = (id: string, participantId: string, over = {}) => ({
  id,
  participantId,
  kind: 'audio' as const,
  source: 'microphone',
  paused: false,
  layered: false,
  mimeType: 'audio/opus',
  ...over,
});
const both = buildRoster([aParticipant('ann'), aParticipant('ben')], [aProducer('a1', 'ann'), aProducer('b1', 'ben')]);

test('who leaves takes along what they sent', () => {
  const after = applyRosterEvent(both, { type: 'participantLeft', participantId: 'ben', reason: 'Left' });
  expect([...after.participants.keys()]).toEqual(['ann']);
  expect([...after.producers.keys()]).toEqual(['a1']);
  expect(diffRosters(both, after).map((change) => change.kind)).toEqual(['ProducerRemoved', 'ParticipantLeft']);
});

test('who joins is there before what they send', () => {
  const joined = applyRosterEvent(both, { type: 'participantJoined', participant: aParticipant('cid') });
  const after = applyRosterEvent(joined, { type: 'producerAdded', producer: aProducer('c1', 'cid') });
  expect(diffRosters(both, after).map((change) => change.kind)).toEqual(['ParticipantJoined', 'ProducerAdded']);
});

test('a mute and a new name are updates', () => {
  const muted = applyRosterEvent(both, { type: 'producerUpdated', producer: aProducer('b1', 'ben', { paused: true }) });
  const named = applyRosterEvent(muted, {
    type: 'participantUpdated',
    participant: aParticipant('ann', { name: 'Anna' }),
  });
  expect(diffRosters(both, named).map((change) => change.kind)).toEqual(['ParticipantUpdated', 'ProducerUpdated']);
});

test('an event told twice changes nothing the second time', () => {
  const event = { type: 'producerAdded', producer: aProducer('b2', 'ben') } as const;
  const once = applyRosterEvent(both, event);
  expect(diffRosters(once, applyRosterEvent(once, event))).toEqual([]);
});

test('an event about other things leaves the roster as it is', () => {
  expect(applyRosterEvent(both, { type: 'heartbeat' })).toBe(both);
});

test('participants stand in the order of joining, then by id', () => {
  const roster = buildRoster([aParticipant('b'), aParticipant('c', { joinedAtMs: 0 }), aParticipant('a')], []);
  expect(orderedParticipants(roster).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
});

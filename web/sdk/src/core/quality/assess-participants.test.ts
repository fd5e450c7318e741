import { expect, test } from 'vitest';
import { assessParticipants, type QualityLook } from './assess-participants.js';
import type { QualitySample } from './score-quality.js';

const start: QualitySample = { atMs: 0, packets: 0, packetsLost: 0 };
const clean: QualitySample = { atMs: 2000, packets: 1000, packetsLost: 0 };
const lossy: QualitySample = { atMs: 2000, packets: 900, packetsLost: 100 };
const aLook = (sent: QualitySample, received: Record<string, QualitySample>): QualityLook => ({
  sent,
  received: new Map(Object.entries(received)),
});

function assess(sent: QualitySample, received: Record<string, QualitySample>, scores: Record<string, number> = {}) {
  const before = Object.fromEntries(Object.keys(received).map((id) => [id, start]));
  return Object.fromEntries(
    assessParticipants({
      localId: 'me',
      earlier: aLook(start, before),
      later: aLook(sent, received),
      producerScores: new Map(Object.entries(scores)),
    }),
  );
}

test('clean both ways is good for all', () => {
  expect(assess(clean, { ann: clean })).toEqual({ me: 'good', ann: 'good' });
});

test('one bad sender is not my problem', () => {
  expect(assess(clean, { ann: lossy, ben: clean })).toEqual({ me: 'good', ann: 'poor', ben: 'good' });
});

test('when everything arrives badly it is my connection', () => {
  expect(assess(clean, { ann: lossy, ben: lossy })).toMatchObject({ me: 'poor' });
});

test('loss on the way up is my connection', () => {
  expect(assess(lossy, { ann: clean })).toMatchObject({ me: 'poor', ann: 'good' });
});

test('what their node says of them counts, even while nothing is received from them', () => {
  expect(assess(clean, { ann: start }, { ann: 3 })).toMatchObject({ ann: 'poor' });
  expect(assess(clean, { ann: clean }, { ann: 5 })).toMatchObject({ ann: 'fair' });
});

test('who is seen for the first time is unknown', () => {
  const qualities = assessParticipants({
    localId: 'me',
    earlier: aLook(start, {}),
    later: aLook(start, { ann: clean }),
    producerScores: new Map(),
  });
  expect(Object.fromEntries(qualities)).toEqual({ me: 'unknown', ann: 'unknown' });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { audibleLevels, selectActiveSpeaker, silentState, type SpeakerState } from './select-active-speaker.js';

type Tick = Record<string, number>;

/** Plays one tick each 250 ms, as the observer does. */
function play(ticks: readonly Tick[]): { state: SpeakerState; speakers: (string | undefined)[]; nowMs: number } {
  let state = silentState;
  const speakers: (string | undefined)[] = [];
  ticks.forEach((tick, index) => {
    const levels = Object.entries(tick).map(([participantId, dbov]) => ({ participantId, dbov }));
    state = selectActiveSpeaker(state, { nowMs: index * 250, levels });
    speakers.push(state.speaker);
  });
  return { state, speakers, nowMs: (ticks.length - 1) * 250 };
}
const times = (count: number, tick: Tick): Tick[] => Array.from({ length: count }, () => tick);

it('takes half a second of speech to become the speaker', () => {
  expect(play(times(3, { ann: -30 })).speakers).toEqual([undefined, undefined, 'ann']);
});

it('ignores a cough', () => {
  expect(play([...times(4, { ann: -30 }), { ann: -30, bob: -5 }, ...times(4, { ann: -30 })]).state.speaker).toBe('ann');
});

it('stays with the speaker when another is only a little louder', () => {
  expect(play([...times(4, { ann: -30 }), ...times(8, { ann: -30, bob: -27 })]).state.speaker).toBe('ann');
});

it('changes to another who is clearly louder for half a second', () => {
  expect(play([...times(4, { ann: -40 }), ...times(4, { ann: -40, bob: -20 })]).state.speaker).toBe('bob');
});

it('changes to another, though quieter, when the speaker stopped', () => {
  expect(play([...times(4, { ann: -20 }), ...times(5, { bob: -45 })]).state.speaker).toBe('bob');
});

it('keeps the speaker through a short pause, and nobody after a long one', () => {
  const speech = times(4, { ann: -30 });
  expect(play([...speech, ...times(4, {})]).state.speaker).toBe('ann');
  expect(play([...speech, ...times(12, {})]).state.speaker).toBeUndefined();
});

it('drops one who left at once', () => {
  const { state, nowMs } = play(times(4, { ann: -30 }));
  expect(selectActiveSpeaker(state, { nowMs, levels: [], gone: ['ann'] }).speaker).toBeUndefined();
});

it('lists the loudest first, as many as asked for', () => {
  const { state, nowMs } = play([{ ann: -40, bob: -20, eve: -30 }]);
  expect(audibleLevels(state, nowMs, 2)).toEqual([
    { participantId: 'bob', dbov: -20 },
    { participantId: 'eve', dbov: -30 },
  ]);
});

it('makes nobody the speaker who was not heard half a second before', () => {
  const tick = fc.dictionary(fc.constantFrom('ann', 'bob', 'eve'), fc.integer({ min: -60, max: -5 }));
  fc.assert(
    fc.property(fc.array(tick, { maxLength: 60 }), (ticks) => {
      const { speakers } = play(ticks);
      return speakers.every((speaker, index) => {
        if (speaker === undefined || speaker === speakers[index - 1]) return true;
        return [index - 2, index - 3].some((at) => ticks[at]?.[speaker] !== undefined);
      });
    }),
  );
});

it('remembers a bounded number of people: only those heard lately', () => {
  const ticks = Array.from({ length: 200 }, (_, index) => ({ [`p${index}`]: -30 }));
  expect(play(ticks).state.heard.size).toBeLessThanOrEqual(11);
});

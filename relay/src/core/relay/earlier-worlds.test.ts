import { create } from '@bufbuild/protobuf';
import { ParticipantSchema, ProducerSchema } from '@parley/proto/gen/parley/v1/media_pb.js';
import { describe, expect, it } from 'vitest';
import type { Neighbours, Relation } from '../roster/announce.js';
import { local, type Image, type RosterState } from '../roster/roster-state.js';
import { addEarlier, keepEarlier, needsEarlier, withoutOwn, type EarlierUse } from './earlier-worlds.js';

/** Of people with one producer each, `id@node`. */
const image = (...people: string[]): Image => {
  const parsed = people.map((person) => person.split('@') as [string, string]);
  return {
    participants: new Map(parsed.map(([id, node]) => [id, create(ParticipantSchema, { id, node })])),
    producers: new Map(
      parsed.map(([id]) => [`${id}-mic`, create(ProducerSchema, { id: `${id}-mic`, participantId: id })]),
    ),
  };
};
const neighbours = (relations: Readonly<Record<string, Relation>>): Neighbours =>
  new Map(Object.entries(relations).map(([node, relation]) => [node, { node, relation }]));
const roster = (images: Readonly<Record<string, Image>>): RosterState => new Map(Object.entries(images));
const idle = (peer: string) => ({ peer, isInUse: false, demanded: [] });

describe('what an earlier topology brought', () => {
  const use: EarlierUse = {
    self: 'a',
    roster: roster({ old: image('far@c'), hub: image('far@c') }),
    neighbours: neighbours({ hub: 'Hub' }),
    placed: new Set(['a', 'hub', 'c']),
    relays: [idle('old'), idle('hub')],
  };

  it.each<readonly [string, Partial<EarlierUse>, boolean]>([
    ['is not needed when all of it comes by the newest', {}, false],
    ['is needed while its relay is in use', { relays: [{ ...idle('old'), isInUse: true }] }, true],
    ['is needed for whom no other relay has told of', { roster: roster({ old: image('far@c') }) }, true],
    [
      'nor where nobody of the meeting is any more',
      { roster: roster({ old: image('far@c') }), placed: new Set(['hub', 'c']) },
      false,
    ],
    ['but not for those of a node that is gone', { roster: roster({ old: image('far@gone') }) }, false],
    [
      'is needed for what a neighbour gets by its rule alone',
      {
        neighbours: neighbours({ b: 'Peer', c: 'Peer' }),
        roster: roster({ c: image('far@c') }),
        relays: [{ ...idle('b'), demanded: ['far-mic'] }],
      },
      true,
    ],
    [
      'and not for what it gets by the newest rule',
      {
        neighbours: neighbours({ b: 'Leaf', c: 'Peer' }),
        roster: roster({ c: image('far@c'), [local]: image('near@a') }),
        relays: [{ ...idle('b'), demanded: ['far-mic', 'near-mic'] }],
      },
      false,
    ],
  ])('%s', (_, change, needed) => {
    expect(needsEarlier({ ...use, ...change })).toBe(needed);
  });

  it('is kept for a while, then while it is needed, and not for ever', () => {
    const worlds = [{ neighbours: new Map(), sinceMs: 1_000 }];
    const kept = (nowMs: number, inUse: boolean): number =>
      keepEarlier(worlds, { nowMs, inUse, keepMs: 5_000, atMostMs: 60_000 }).length;
    expect([kept(5_000, false), kept(7_000, false), kept(7_000, true), kept(61_000, true)]).toEqual([1, 0, 1, 0]);
  });

  it('is bounded: of many changes only the last few count', () => {
    const worlds = Array.from({ length: 9 }, (_, sinceMs) => ({ neighbours: new Map(), sinceMs }));
    const kept = worlds.reduce<ReturnType<typeof addEarlier>>((all, world) => addEarlier(all, world), []);
    expect(kept.map(({ sinceMs }) => sinceMs)).toEqual([6, 7, 8]);
  });
});

it('with a node its own people go, and those who came through it stay', () => {
  const { participants, producers } = withoutOwn(image('own@hub', 'far@c'), 'hub');
  expect([[...participants.keys()], [...producers.keys()]]).toEqual([['far'], ['far-mic']]);
});

import { expect, test } from 'vitest';
import { aDrain, aPoolNode, NOW_MS } from '../testing/builders.js';
import { byDispensability } from './dispensability.js';
import type { ObservedNode } from './world.js';

const world = { name: 'eu', revision: 'new' };

test.each<[string, Partial<ObservedNode>, Partial<ObservedNode>]>([
  ['one that is not up', { phase: 'Starting' }, { participants: 0 }],
  ['an empty one, even if another is draining', {}, { participants: 1, drain: aDrain() }],
  ['one that is draining', { participants: 9, drain: aDrain() }, { participants: 1 }],
  ['one of an old template', { participants: 9, revision: 'old' }, { participants: 1 }],
  ['the one with fewer people', { participants: 1, streams: 50 }, { participants: 2, streams: 4 }],
  [
    'the one with fewer whose meetings go on',
    { participants: 30, leavingSoon: 28 },
    { participants: 4, leavingSoon: 1 },
  ],
  ['of as many people, the one with fewer streams', { participants: 5, streams: 20 }, { participants: 5, streams: 40 }],
  ['of equals, the last made', { createdAtMs: NOW_MS }, { createdAtMs: NOW_MS - 1 }],
])('goes first: %s', (_, first, second) => {
  const [gone, kept] = [aPoolNode('eu-0', first), aPoolNode('eu-1', second)];
  expect([kept, gone].toSorted(byDispensability(world))).toEqual([gone, kept]);
});

test('of those made in the same second, the one with the higher number goes first', () => {
  const nodes = ['eu-2', 'eu-10', 'eu-9'].map((name) => aPoolNode(name));
  expect(nodes.toSorted(byDispensability(world)).map(({ name }) => name)).toEqual(['eu-10', 'eu-9', 'eu-2']);
});

import { expect, test } from 'vitest';
import { createSocketCounts } from './socket-counts.js';

const limits = { sockets: 6, socketsPerAddress: 4, silentSockets: 3, silentSocketsPerAddress: 2 };

test('one silent socket too many of an address: its oldest goes', () => {
  const counts = createSocketCounts<string>(limits);
  expect(counts.opened('a', 'a1')).toEqual([]);
  expect(counts.opened('a', 'a2')).toEqual([]);
  expect(counts.opened('a', 'a3')).toEqual(['a1']);
});

test('one too many in all: the oldest goes, whosever it is', () => {
  const counts = createSocketCounts<string>(limits);
  for (const key of ['a', 'b', 'c']) expect(counts.opened(key, `${key}1`)).toEqual([]);
  expect(counts.opened('d', 'd1')).toEqual(['a1']);
});

test('who has spoken is never sent away for others', () => {
  const counts = createSocketCounts<string>(limits);
  counts.opened('a', 'a1');
  counts.spoke('a', 'a1');
  counts.opened('a', 'a2');
  counts.opened('a', 'a3');
  expect(counts.opened('a', 'a4')).toEqual(['a2']);
});

test('an address, and all together, get so many and no more, until some are closed', () => {
  const counts = createSocketCounts<string>(limits);
  for (const name of ['a1', 'a2', 'a3', 'a4']) counts.opened('a', name);
  expect(counts.refusal('a')).toBe('TooManySockets');
  expect(counts.refusal('b')).toBeUndefined();
  for (const name of ['b1', 'b2']) counts.opened('b', name);
  expect(counts.refusal('c')).toBe('TooManySockets');
  counts.closed('a');
  expect(counts.refusal('a')).toBeUndefined();
  expect(counts.size).toBe(5);
});

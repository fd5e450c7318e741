import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Rank } from './core/relay/choose-copy.js';
import { Copies } from './copies.js';

const overlapMs = 1_000;
let ranks: Record<string, Rank>;
let flowing: boolean;
let told: string[];
let copies: Copies;

beforeEach(() => {
  vi.useFakeTimers();
  ranks = { old: 0, new: 2 };
  flowing = true;
  told = [];
  copies = new Copies({
    overlapMs,
    rankOf: (_, peer) => ranks[peer] ?? 0,
    flows: () => Promise.resolve(flowing),
    onCurrent: (_, current, replaced) => told.push(`${current?.localId ?? 'none'} for ${replaced?.localId ?? 'none'}`),
    onSwitched: () => told.push('switched'),
  });
});
afterEach(() => {
  copies.close();
  vi.useRealTimers();
});

const come = (peer: string, localId = peer): void => copies.add('camera', { peer, localId, via: [peer] });
const go = (_peer: string, localId = _peer): void => copies.remove({ producerId: 'camera', localId });

it('a copy by the better way is used at once, and the other one is kept beside it for a while', async () => {
  come('old');
  come('new');
  expect(told).toEqual(['old for none', 'new for old']);
  expect(copies.peersOf('camera')).toEqual(['old', 'new']);
  await vi.advanceTimersByTimeAsync(overlapMs);
  expect(told.at(-1)).toBe('switched');
  expect(copies.peersOf('camera')).toEqual(['new']);
});

it('a copy by a worse way changes nothing', () => {
  come('new');
  come('old');
  expect(told).toEqual(['new for none']);
  expect(copies.peersOf('camera')).toEqual(['new']);
});

it('what is replaced is kept for longer while nothing has come by the new way, and not for ever', async () => {
  flowing = false;
  come('old');
  come('new');
  await vi.advanceTimersByTimeAsync(2 * overlapMs);
  expect(told).not.toContain('switched');
  await vi.advanceTimersByTimeAsync(overlapMs);
  expect(told.at(-1)).toBe('switched');
});

it('when the new way fails, the old one is used again', () => {
  come('old');
  come('new');
  go('new');
  expect(copies.current('camera')?.localId).toBe('old');
  expect(told.slice(2)).toEqual(['old for none', 'switched']);
});

it('what is replaced may go by itself: there is nothing left to wait for', async () => {
  come('old');
  come('new');
  go('old');
  expect(told.at(-1)).toBe('switched');
  await vi.advanceTimersByTimeAsync(5 * overlapMs);
  expect(told.filter((line) => line === 'switched')).toHaveLength(1);
});

it('another source of the same peer replaces the one before', () => {
  come('new', 'first');
  come('new', 'second');
  expect(told.at(-1)).toBe('second for first');
});

it('a topology that makes another way the better one switches to it', () => {
  come('old');
  ranks = { old: 2, new: 0 };
  come('new');
  expect(copies.current('camera')?.peer).toBe('old');
  ranks = { old: 0, new: 2 };
  copies.rankAnew();
  expect(told.at(-1)).toBe('new for old');
});

it('the last copy that goes leaves none', () => {
  come('old');
  go('old');
  expect(copies.current('camera')).toBeUndefined();
  expect(told).toEqual(['old for none', 'none for none', 'switched']);
});

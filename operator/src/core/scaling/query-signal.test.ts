import { describe, expect, test } from 'vitest';
import { NOW_MS } from '../testing/builders.js';
import { GOOD_WISH_MS, querySignal, type QueryAnswer, type QueryInput, type ScalingQuery } from './query-signal.js';

const query = { name: 'queue', serverURL: 'https://p', query: 'q', intervalSeconds: 15, timeoutSeconds: 5 };
const perNode: ScalingQuery = { ...query, perNode: 50 };
const threshold: ScalingQuery = { ...query, threshold: 70 };
const value = (number: number): QueryAnswer => ({ kind: 'Value', value: number });
const outcomeOf = (input: Partial<QueryInput>) =>
  querySignal({ query: perNode, answer: value(100), lastGood: undefined, serving: 4, nowMs: NOW_MS, ...input });

describe('querySignal', () => {
  test.each([
    ['a total is shared out', perNode, 101, 3],
    ['a total of nothing needs none', perNode, 0, 0],
    ['a mean above the threshold', threshold, 105, 6],
    ['a mean below it', threshold, 35, 2],
    ['a mean about the threshold changes nothing', threshold, 76, 4],
  ])('%s', (_name, asked, number, wish) => {
    expect(outcomeOf({ query: asked, answer: value(number) }).signal).toMatchObject({ wish, reason: 'QueryAnswered' });
  });

  test.each([
    ['no number', value(Number.NaN), 'QueryAbsurd'],
    ['an infinite one', value(Number.POSITIVE_INFINITY), 'QueryAbsurd'],
    ['a negative one', value(-1), 'QueryAbsurd'],
    ['more nodes than anybody has', value(50 * 10_001), 'QueryAbsurd'],
    ['no answer', { kind: 'Failed', reason: 'QueryUnreachable', detail: 'refused' } as const, 'QueryUnreachable'],
  ])('%s is no wish, and nothing may go', (_name, answer, reason) => {
    expect(outcomeOf({ answer }).signal).toMatchObject({ wish: undefined, reason, unreadable: true });
  });

  test('the last good wish stands for a while, for the same query alone', () => {
    const { lastGood } = outcomeOf({});
    const bad: Partial<QueryInput> = { answer: value(Number.NaN), lastGood };
    const wishAt = (input: Partial<QueryInput>) => outcomeOf({ ...bad, ...input }).signal;
    expect(wishAt({ nowMs: NOW_MS + GOOD_WISH_MS - 1 })).toMatchObject({ wish: 2, unreadable: true });
    expect(wishAt({ nowMs: NOW_MS + GOOD_WISH_MS }).wish).toBeUndefined();
    expect(wishAt({ query: { ...perNode, query: 'other' } }).wish).toBeUndefined();
  });
});

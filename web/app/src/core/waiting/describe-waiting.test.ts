import type { WaitingForRoom } from '@parley/sdk/wait-for-room.js';
import { expect, test } from 'vitest';
import { describeWaiting } from './describe-waiting.js';

test.each<[WaitingForRoom, string]>([
  [{ reason: 'NoCapacity', ahead: 0 }, 'The servers are full right now. You are next.'],
  [{ reason: 'NoNodeReady', ahead: 1 }, 'The servers are starting. One person is before you.'],
  [{ reason: 'TooManyAtOnce', ahead: 12 }, 'Many people are joining at once. 12 people are before you.'],
  [{ reason: 'NoCapacity', ahead: undefined }, 'The servers are full right now.'],
])('%j', (waiting, text) => {
  const { cause, line } = describeWaiting(waiting);
  expect(`${cause} ${line}`.trim()).toBe(text);
});

import { createLogger } from '@parley/process/log.js';
import { expect, test } from 'vitest';
import { untilEmpty } from './until-empty.js';

const log = createLogger({ process: 'test', level: 'silent' });
const never = new AbortController().signal;
const timeOf = async (work: Promise<void>): Promise<number> => {
  const startMs = performance.now();
  await work;
  return performance.now() - startMs;
};

test('an empty node ends at once', async () => {
  expect(
    await timeOf(untilEmpty({ participants: 0, passesMedia: false }, { withinMs: 60_000, log, signal: never })),
  ).toBeLessThan(50);
});

test('one with people waits until they have gone', async () => {
  const node = { participants: 2, passesMedia: false };
  setTimeout(() => (node.participants = 0), 250);
  const tookMs = await timeOf(untilEmpty(node, { withinMs: 60_000, log, signal: never }));
  expect(tookMs).toBeGreaterThan(200);
});

test('one that others get media through waits until they get it elsewhere', async () => {
  const node = { participants: 0, passesMedia: true };
  setTimeout(() => (node.passesMedia = false), 250);
  expect(await timeOf(untilEmpty(node, { withinMs: 60_000, log, signal: never }))).toBeGreaterThan(200);
});

test('and no longer than it may, or than it is told to', async () => {
  expect(
    await timeOf(untilEmpty({ participants: 1, passesMedia: false }, { withinMs: 150, log, signal: never })),
  ).toBeGreaterThan(100);
  await untilEmpty(
    { participants: 1, passesMedia: false },
    { withinMs: 3_600_000, log, signal: AbortSignal.timeout(50) },
  );
});

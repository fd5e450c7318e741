import { expect, it } from 'vitest';
import { createLogger } from './log.js';

function capture(log: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  let line = '';
  log(createLogger({ process: 'test', level: 'info' }, { write: (chunk) => void (line += chunk) }));
  return JSON.parse(line) as Record<string, unknown>;
}

it('writes the level by name, the process, and the time in ISO 8601', () => {
  const line = capture((log) => log.info({ meetingId: 'abc' }, 'meeting placed'));
  expect(line).toMatchObject({ level: 'info', process: 'test', meetingId: 'abc', msg: 'meeting placed' });
  expect(new Date(line['time'] as string).toISOString()).toBe(line['time']);
});

it('redacts secrets at any of the first three levels', () => {
  const line = capture((log) =>
    log.info({ token: 'a', request: { passcode: 'b', headers: { authorization: 'c' } } }, 'joined'),
  );
  expect(JSON.stringify(line)).not.toMatch(/"[abc]"/);
});

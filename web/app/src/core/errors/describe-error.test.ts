import { expect, test } from 'vitest';
import { describeError, passcodeMessage } from './describe-error.js';

test('the errors that people meet each have their own words', () => {
  const codes = ['MeetingNotFound', 'MeetingEnded', 'MeetingFull', 'NoCapacity', 'NetworkFailed'] as const;
  expect(new Set(codes.map((code) => describeError(code).title)).size).toBe(codes.length);
});

test('an ended meeting is not tried again, a full one may be', () => {
  expect(describeError('MeetingEnded').canRetry).toBe(false);
  expect(describeError('MeetingFull').canRetry).toBe(true);
});

test('an error without words of its own is named', () => {
  expect(describeError('SlowConsumer').text).toContain('SlowConsumer');
});

test('only passcode errors stand beside the passcode field', () => {
  expect(passcodeMessage('PasscodeWrong')).toContain('wrong');
  expect(passcodeMessage('MeetingFull')).toBeUndefined();
});

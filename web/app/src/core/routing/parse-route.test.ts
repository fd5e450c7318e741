import { expect, test } from 'vitest';
import { parseMeetingId, parseRoute } from './parse-route.js';

test.each([
  ['/', '', { kind: 'Home' }],
  ['/m/abc-defg-hij', '', { kind: 'Meeting', meetingId: 'abc-defg-hij', region: undefined }],
  ['/m/abc-defg-hij/', '?region=eu', { kind: 'Meeting', meetingId: 'abc-defg-hij', region: 'eu' }],
  ['/m/abc-defg-hij', '?region=', { kind: 'Meeting', meetingId: 'abc-defg-hij', region: undefined }],
  ['/m/ABCDEFGHIJ', '', { kind: 'Meeting', meetingId: 'abc-defg-hij', region: undefined }],
  ['/m/nonsense', '', { kind: 'NotFound' }],
  ['/m/abc-defg-hij/more', '', { kind: 'NotFound' }],
  ['/elsewhere', '', { kind: 'NotFound' }],
])('%s%s', (pathname, search, route) => {
  expect(parseRoute(pathname, search)).toEqual(route);
});

test.each([
  ['abc-defg-hij', 'abc-defg-hij'],
  [' ABC DEFG HIJ ', 'abc-defg-hij'],
  ['abcdefghij', 'abc-defg-hij'],
  ['https://meet.example.org/m/abc-defg-hij?region=eu', 'abc-defg-hij'],
  ['https://meet.example.org/m/abc-defg-hij', 'abc-defg-hij'],
  ['abc-defg', undefined],
  ['abc-defg-hi1', undefined],
  ['', undefined],
])('what people type for a meeting: %s', (typed, meetingId) => {
  expect(parseMeetingId(typed)).toBe(meetingId);
});

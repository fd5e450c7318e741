import { expect, test } from 'vitest';
import { judgeClose } from './judge-close.js';

test.each(['', 'GoingAway', 'SlowConsumer', 'HeartbeatLost', 'Unavailable', 'Internal', 'SomethingNew'])(
  'a socket closed with "%s" is opened again',
  (reason) => expect(judgeClose(reason)).toEqual({ kind: 'Reconnect' }),
);

test.each(['MeetingEnded', 'Replaced', 'TokenExpired', 'TokenInvalid', 'MalformedMessage'])(
  'a socket closed with %s stays closed',
  (reason) => expect(judgeClose(reason)).toEqual({ kind: 'Final', code: reason }),
);

import { describe, expect, test } from 'vitest';
import { parseMessage } from './parse-message.js';

const rtpParameters = { codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }] };
const hello = { type: 'hello', id: 1, rtpCapabilities: {}, subscribe: 'all' };

describe('messages that are taken', () => {
  test('with defaults filled in', () => {
    const message = { type: 'produce', id: 7, kind: 'video', source: 'camera', rtpParameters };
    expect(parseMessage(JSON.stringify(message))).toEqual({ type: 'Message', message: { ...message, paused: false } });
  });

  test('fields that are not known are ignored, as a newer client may send them', () => {
    const parsed = parseMessage(JSON.stringify({ type: 'ping', id: 1, fancy: true }));
    expect(parsed).toEqual({ type: 'Message', message: { type: 'ping', id: 1 } });
  });
});

test.each([['not json'], ['null'], ['[]'], ['"ping"'], ['{}'], ['{"type":"ping"}'], ['{"type":"ping","id":-1}'], ['']])(
  '%s is malformed',
  (text) => {
    expect(parseMessage(text)).toMatchObject({ type: 'Malformed', failure: { code: 'MalformedMessage' } });
  },
);

test.each<[string, object, RegExp]>([
  ['a hello without a token', hello, /exactly one of token and resumeToken/],
  ['a hello with both tokens', { ...hello, token: 'a', resumeToken: 'b' }, /exactly one/],
  ['an unknown type', { type: 'dance', id: 1 }, /type/],
  ['an unknown source', { type: 'produce', id: 1, kind: 'video', source: 'desk', rtpParameters }, /source/],
  ['a name of spaces', { type: 'updateParticipant', id: 1, name: '   ' }, /name/],
  ['a name with control characters', { type: 'updateParticipant', id: 1, name: 'a\u0007b' }, /control/],
  ['no items', { type: 'consume', id: 1, items: [] }, /items/],
  ['a priority of 0', { type: 'updateConsumers', id: 1, items: [{ consumerId: 'c', priority: 0 }] }, /priority/],
  [
    'too many codecs',
    {
      type: 'produce',
      id: 1,
      kind: 'video',
      source: 'camera',
      rtpParameters: { codecs: Array(17).fill(rtpParameters.codecs[0]) },
    },
    /codecs/,
  ],
])('%s is refused, and the detail names what is wrong', (_name, message, detail) => {
  const parsed = parseMessage(JSON.stringify(message));
  expect(parsed).toMatchObject({ type: 'Refused', id: 1, failure: { code: 'InvalidRequest' } });
  expect(parsed.type === 'Refused' && parsed.failure.message).toMatch(detail);
});

test('a detail is short, and repeats nothing of what was sent', () => {
  const secret = 'hunter2'.repeat(100);
  const parsed = parseMessage(JSON.stringify({ type: 'updateParticipant', id: 1, name: secret }));
  expect(parsed.type === 'Refused' && parsed.failure.message).not.toContain('hunter2');
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meetingIdOf, parseMeetingId } from './meeting-id.js';

describe('meetingIdOf', () => {
  test('stays the same from release to release', () => {
    expect(meetingIdOf('0f6ccb1c-33ad-4b62-b5a5-1f1f53d5d1a1')).toBe(
      meetingIdOf('0f6ccb1c-33ad-4b62-b5a5-1f1f53d5d1a1'),
    );
    expect(meetingIdOf('0f6ccb1c-33ad-4b62-b5a5-1f1f53d5d1a1')).toBe('kjx-iivv-ipn');
  });

  test('every uid has an id of the one shape, and it is read back', () => {
    fc.assert(
      fc.property(fc.uuid(), (uid) => {
        const id = meetingIdOf(uid);
        expect(id).toMatch(/^[a-km-z]{3}-[a-km-z]{4}-[a-km-z]{3}$/);
        expect(parseMeetingId(id)).toBe(id);
      }),
    );
  });

  test('100,000 meetings have 100,000 ids', () => {
    const ids = new Set(Array.from({ length: 100_000 }, (_, index) => meetingIdOf(`uid-${String(index)}`)));
    expect(ids.size).toBe(100_000);
  });
});

describe('parseMeetingId', () => {
  test.each([
    ['as it is shown', 'abc-defg-hij', 'abc-defg-hij'],
    ['in capitals, with spaces around it', ' ABC-DEFG-HIJ ', 'abc-defg-hij'],
    ['without dashes', 'abcdefghij', 'abc-defg-hij'],
    ['too short', 'abc-defg-hi', undefined],
    ['too long', 'abc-defg-hijk', undefined],
    ['with a letter that no id has', 'abc-defg-hil', undefined],
    ['a path', '../../etc/pw', undefined],
  ])('%s', (_, text, id) => {
    expect(parseMeetingId(text)).toBe(id);
  });
});

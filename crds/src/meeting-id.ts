import { hash } from 'node:crypto';

/** What people join a meeting by, such as `abc-defg-hij`. */
export type MeetingId = string & { readonly __brand: 'MeetingId' };

/** No `l`: it is read as `i` or `1`. 25 letters in 10 places are 46.4 bits. */
const LETTERS = 'abcdefghijkmnopqrstuvwxyz';
const PLACES = 10;
const PATTERN = /^[a-km-z]{3}-[a-km-z]{4}-[a-km-z]{3}$/;

/**
 * The id of the Meeting with this uid. Always the same, so nothing has to be written for it; from SHA-256, so it tells
 * nothing of the uid, and one id does not lead to the next.
 */
export function meetingIdOf(uid: string): MeetingId {
  const before = known.get(uid);
  if (before !== undefined) return before;
  const meetingId = newMeetingId(uid);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(uid, meetingId);
  return meetingId;
}

/** The same few thousand are asked for again and again. */
const MAX_KNOWN = 50_000;
const known = new Map<string, MeetingId>();

function newMeetingId(uid: string): MeetingId {
  const digest = hash('sha256', `parley.dev/meeting/${uid}`, 'buffer');
  const letters = lettersOf(digest.readUInt32BE(0)) + lettersOf(digest.readUInt32BE(4));
  return `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7)}` as MeetingId;
}

function lettersOf(number: number): string {
  let rest = number;
  let letters = '';
  for (let place = 0; place < PLACES / 2; place += 1) {
    letters += LETTERS.charAt(rest % LETTERS.length);
    rest = Math.floor(rest / LETTERS.length);
  }
  return letters;
}

/** Undefined when it cannot be a meeting's id. Takes capitals, spaces around it and missing dashes, as people type. */
export function parseMeetingId(text: string): MeetingId | undefined {
  const letters = text.trim().toLowerCase().replaceAll('-', '');
  const id = `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7)}`;
  return PATTERN.test(id) ? (id as MeetingId) : undefined;
}

import { describe, expect, test } from 'vitest';
import { NOW_MS } from '../testing/builders.js';
import { AUTHORITY_OVERLAP_MS, certificateStateOf, planAuthorities, type AuthorityWorld } from './plan.js';
import { BELIEVED_AFTER_MS, planTokenKeys, PUBLISH_AHEAD_MS, TOKEN_KEY_LIFE_MS } from './token-keys.js';

const DAY_MS = 86_400_000;
const facts = { issuer: 'a', bundle: 'a', notBeforeMs: NOW_MS, notAfterMs: NOW_MS + 30 * DAY_MS };
const trust = { current: 'a', bundle: 'a' };

describe('a certificate', () => {
  test.each([
    ['is missing', undefined, trust, 0, 'CertificateMissing'],
    ['is good', facts, trust, 19 * DAY_MS, 'Current'],
    ['is renewed at two thirds of its life', facts, trust, 20 * DAY_MS, 'CertificateExpiring'],
    ['is renewed when another authority signs', facts, { ...trust, current: 'b' }, 0, 'CertificateUntrusted'],
    ['is renewed when other authorities are believed', facts, { ...trust, bundle: 'a+b' }, 0, 'CertificateUntrusted'],
  ])('%s', (...[, known, authority, ageMs, state]) => {
    expect(certificateStateOf(known, authority, NOW_MS + ageMs)).toBe(state);
  });
});

describe('authorities', () => {
  const authority = (fingerprint: string, bornDaysAgo: number, lifeDays = 730) => ({
    fingerprint,
    notBeforeMs: NOW_MS - bornDaysAgo * DAY_MS,
    notAfterMs: NOW_MS + (lifeDays - bornDaysAgo) * DAY_MS,
  });
  const overlapDays = AUTHORITY_OVERLAP_MS / DAY_MS;
  test.each<[string, Omit<AuthorityWorld, 'nowMs'>, string[]]>([
    ['the first is made', { authorities: [], signing: undefined }, ['AddAuthority']],
    ['it stays', { authorities: [authority('a', 480)], signing: 'a' }, []],
    [
      'the next is made in time, and only believed',
      { authorities: [authority('a', 487)], signing: 'a' },
      ['AddAuthority'],
    ],
    [
      'it waits until all know it',
      { authorities: [authority('a', 488), authority('b', overlapDays / 2)], signing: 'a' },
      [],
    ],
    [
      'then it signs',
      { authorities: [authority('a', 488), authority('b', overlapDays)], signing: 'a' },
      ['PromoteAuthority'],
    ],
    [
      'at once when the old one has expired',
      { authorities: [authority('a', 731), authority('b', 0)], signing: 'a' },
      ['PromoteAuthority', 'DropAuthority'],
    ],
    [
      'the old one is believed to its end',
      { authorities: [authority('a', 729), authority('b', 240)], signing: 'b' },
      [],
    ],
    ['and dropped then', { authorities: [authority('a', 731), authority('b', 240)], signing: 'b' }, ['DropAuthority']],
    [
      'a Secret that names none signing is mended',
      { authorities: [authority('a', 1)], signing: '' },
      ['PromoteAuthority'],
    ],
  ])('%s', (_, world, actions) => {
    expect(planAuthorities({ ...world, nowMs: NOW_MS }).map(({ type }) => type)).toEqual(actions);
  });
});

describe('keys of join tokens', () => {
  const key = (kid: string, ageMs: number) => ({ kid, createdAtMs: NOW_MS - ageMs });
  test.each([
    ['the first is made', [], undefined, ['AddKey']],
    ['it stays', [key('a', TOKEN_KEY_LIFE_MS - 1)], 'a', []],
    ['the next is made', [key('a', TOKEN_KEY_LIFE_MS)], 'a', ['AddKey']],
    ['it is only published at first', [key('a', TOKEN_KEY_LIFE_MS), key('b', PUBLISH_AHEAD_MS - 1)], 'a', []],
    ['then it signs', [key('a', TOKEN_KEY_LIFE_MS), key('b', PUBLISH_AHEAD_MS)], 'a', ['UseKey']],
    ['the old one is believed for a while', [key('a', TOKEN_KEY_LIFE_MS), key('b', PUBLISH_AHEAD_MS + 1)], 'b', []],
    [
      'and dropped then',
      [key('a', TOKEN_KEY_LIFE_MS), key('b', PUBLISH_AHEAD_MS + BELIEVED_AFTER_MS)],
      'b',
      ['DropKey'],
    ],
  ])('%s', (_, keys, current, actions) => {
    expect(planTokenKeys({ keys, current, nowMs: NOW_MS }).map(({ type }) => type)).toEqual(actions);
  });
});

import { describe, expect, it } from 'vitest';
import { planLease, type LeaseWorld } from './plan-lease.js';

const NOW_MS = 1_700_000_000_000;
const held = { holder: 'other', durationMs: 15_000, transitions: 7 };
const plan = (world: Partial<LeaseWorld>) =>
  planLease({
    record: undefined,
    identity: 'me',
    leading: false,
    unchangedMs: 0,
    othersDurationMs: 0,
    nowMs: NOW_MS,
    ...world,
  });

describe('what a candidate does about the lease', () => {
  it('creates it when there is none, beyond any term that there can have been', () => {
    expect(plan({})).toEqual({ action: 'Create', transitions: Math.floor(NOW_MS / 60_000), reason: 'Absent' });
  });
  it('waits for a holder whose lease was deleted and who may not know it', () => {
    expect(plan({ othersDurationMs: 15_000, unchangedMs: 14_999 })).toEqual({ action: 'Wait', reason: 'Absent' });
    expect(plan({ othersDurationMs: 15_000, unchangedMs: 15_000 }).action).toBe('Create');
  });
  it('takes what nobody holds', () => {
    expect(plan({ record: { ...held, holder: undefined } })).toEqual({
      action: 'Take',
      transitions: 8,
      reason: 'Free',
    });
  });
  it('takes what it held in an earlier life, with a new term', () => {
    expect(plan({ record: { ...held, holder: 'me' } })).toEqual({
      action: 'Take',
      transitions: 8,
      reason: 'OwnFromBefore',
    });
  });
  it("waits for another's lease as long as the other promised, and not less", () => {
    expect(plan({ record: held, unchangedMs: 14_999 })).toEqual({ action: 'Wait', reason: 'HeldByAnother' });
    expect(plan({ record: held, unchangedMs: 15_000 })).toEqual({ action: 'Take', transitions: 8, reason: 'Expired' });
  });
  it('renews its own without a new term', () => {
    expect(plan({ record: { ...held, holder: 'me' }, leading: true })).toEqual({ action: 'Renew', transitions: 7 });
  });
  it('has lost it when another holds it, nobody does, or it is gone', () => {
    expect(plan({ record: held, leading: true })).toEqual({ action: 'Lost', reason: 'HeldByAnother' });
    expect(plan({ record: { ...held, holder: undefined }, leading: true })).toEqual({ action: 'Lost', reason: 'Free' });
    expect(plan({ leading: true })).toEqual({ action: 'Lost', reason: 'Absent' });
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseMeeting } from '../../src/meeting.js';
import { startApi, type Api } from './api.js';
import { undescribedFields } from './undescribed-fields.js';

const meeting = (spec: object, name?: string): object => ({
  kind: 'Meeting',
  ...(name !== undefined && { metadata: { name } }),
  spec,
});

describe('Meeting', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  test('an empty spec is a good one, and the parser reads what comes back', async () => {
    const made = await api.create(meeting({}));
    expect(made.spec).toEqual({
      mode: 'SFU',
      ended: false,
      expectedParticipants: 4,
      maxParticipants: 100,
      pools: [],
    });
    expect(parseMeeting(JSON.parse(JSON.stringify(made)))).toMatchObject({
      spec: made.spec,
      metadata: { generation: 1 },
    });
  });

  test('a schedule is in UTC unless it says otherwise', async () => {
    const schedule = { start: '2026-03-02T09:30:00', durationMinutes: 30 };
    const made = await api.create(meeting({ schedule }));
    expect(made.spec?.['schedule']).toEqual({ ...schedule, timeZone: 'UTC' });
  });

  test('the key of a passcode has a default', async () => {
    const made = await api.create(meeting({ passcodeSecretRef: { name: 'door' } }));
    expect(made.spec).toMatchObject({ passcodeSecretRef: { name: 'door', key: 'passcode' } });
  });

  test.each([
    [
      'all that there is',
      {
        title: 'Täglich 🙂',
        pools: [{ name: 'eu' }],
        ttlSecondsAfterEnd: 0,
        passcodeSecretRef: { name: 'a', key: 'b' },
      },
    ],
    [
      'a schedule',
      {
        schedule: {
          start: '2026-03-02T09:30:00',
          durationMinutes: 30,
          timeZone: 'Europe/Berlin',
          rrule: 'FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,-1FR;BYSETPOS=1;UNTIL=20271231T000000Z;WKST=MO',
        },
      },
    ],
    ['a webinar', { mode: 'Webinar', speakerPasscodeSecretRef: { name: 'stage', key: 'passcode' } }],
    [
      'hosts',
      { hostPasscodeSecretRef: { name: 'codes', key: 'host' }, passcodeSecretRef: { name: 'codes', key: 'all' } },
    ],
    ['as many as expected', { expectedParticipants: 300, maxParticipants: 300 }],
    ['one that is over before it began', { ended: true }],
  ])('takes %s', async (_, spec) => {
    await expect(api.create(meeting(spec))).resolves.toMatchObject({ spec });
  });

  test.each([
    [
      'more expected than may come',
      { expectedParticipants: 101 },
      'maxParticipants must be at least expectedParticipants',
    ],
    [
      'a webinar in which nobody can speak',
      { mode: 'Webinar' },
      'a Webinar needs speakerPasscodeSecretRef; who gives that passcode speaks, all others only receive',
    ],
    [
      'speakers where everybody speaks',
      { speakerPasscodeSecretRef: { name: 'stage' } },
      'speakerPasscodeSecretRef is for mode Webinar; elsewhere everybody may speak',
    ],
    [
      'hosts with everybody’s passcode',
      { hostPasscodeSecretRef: { name: 'codes' }, passcodeSecretRef: { name: 'codes', key: 'passcode' } },
      'hostPasscodeSecretRef must hold another passcode than the others, or everybody who has those is a host',
    ],
    [
      'hosts with the speakers’ passcode',
      {
        mode: 'Webinar',
        hostPasscodeSecretRef: { name: 'codes', key: 'a' },
        speakerPasscodeSecretRef: { name: 'codes', key: 'a' },
      },
      'hostPasscodeSecretRef must hold another passcode than the others, or everybody who has those is a host',
    ],
    ['a mode that is none', { mode: 'Party' }, 'Unsupported value: "Party"'],
    ['nobody expected', { expectedParticipants: 0 }, 'should be greater than or equal to 1'],
    ['too many', { maxParticipants: 10_001 }, 'should be less than or equal to 10000'],
    ['an empty title', { title: '' }, 'should be at least 1 chars long'],
    ['a title without end', { title: 'x'.repeat(201) }, 'may not be more than 200'],
    ['a pool twice', { pools: [{ name: 'eu' }, { name: 'eu' }] }, 'Duplicate value'],
    ['a pool without a name', { pools: [{}] }, 'spec.pools[0].name: Required value'],
    ['a Secret without a name', { passcodeSecretRef: {} }, 'spec.passcodeSecretRef.name: Required value'],
    ['a key that no Secret can have', { passcodeSecretRef: { name: 'a', key: 'b/c' } }, 'should match'],
    [
      'a day that there is not',
      { schedule: { start: '2026-02-30T09:30:00', durationMinutes: 30 } },
      'spec.schedule.start: Invalid value',
    ],
    ['a start with a zone', { schedule: { start: '2026-02-20T09:30:00Z', durationMinutes: 30 } }, 'should match'],
    ['a schedule without an end', { schedule: { start: '2026-02-20T09:30:00' } }, 'durationMinutes: Required value'],
    [
      'a time zone that is none',
      { schedule: { start: '2026-02-20T09:30:00', durationMinutes: 30, timeZone: 'Europe/Atlantis' } },
      'unknown time zone Europe/Atlantis',
    ],
    [
      'a meeting every hour',
      { schedule: { start: '2026-02-20T09:30:00', durationMinutes: 30, rrule: 'FREQ=HOURLY' } },
      'should match',
    ],
    ['a time to live before its end', { ttlSecondsAfterEnd: -1 }, 'should be greater than or equal to 0'],
  ])('refuses %s', async (_, spec, message) => {
    await expect(api.refusalOf(meeting(spec))).resolves.toContain(message);
  });

  test.each([
    ['reopening', { ended: true }, { ended: false }, 'a meeting that was ended cannot be opened again; make another'],
    [
      'reopening by leaving it out',
      { ended: true },
      { ended: null },
      'a meeting that was ended cannot be opened again; make another',
    ],
    [
      'another mode',
      { mode: 'Webinar', speakerPasscodeSecretRef: { name: 'stage' } },
      { mode: 'SFU', speakerPasscodeSecretRef: null },
      'mode cannot be changed; make another meeting',
    ],
    [
      'other pools',
      { pools: [{ name: 'eu' }] },
      { pools: [{ name: 'us' }] },
      'pools cannot be changed; make another meeting',
    ],
    [
      'no pools any more',
      { pools: [{ name: 'eu' }] },
      { pools: null },
      'pools cannot be changed; make another meeting',
    ],
    [
      'a limit below what is expected',
      { expectedParticipants: 50 },
      { maxParticipants: 49 },
      'maxParticipants must be at least expectedParticipants',
    ],
  ])('refuses %s later', async (_, spec, change, message) => {
    const made = await api.create(meeting(spec));
    await expect(api.patchRefusalOf(made, { spec: change })).resolves.toContain(message);
  });

  test('title, limits and end may change', async () => {
    const made = await api.create(meeting({}));
    const changed = await api.patch(made, { spec: { title: 'Now', maxParticipants: 20, ended: true } });
    expect(changed.spec).toMatchObject({ title: 'Now', maxParticipants: 20, ended: true });
  });

  test('kubectl shows its story in columns, and explains its fields', async () => {
    await api.create(meeting({}, 'shown'));
    const status = {
      phase: 'Active',
      meetingId: 'abc-defg-hij',
      nodes: ['eu-0', 'us-0'],
      participants: { total: 3 },
      conditions: [
        { type: 'Placed', status: 'True', reason: 'Placed', message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
    };
    await api.kubectl('patch', 'mtg/shown', '--subresource=status', '--type=merge', '-p', JSON.stringify({ status }));
    const [header, row] = (await api.kubectl('get', 'mtg', 'shown')).split('\n');
    expect(header?.trim().split(/\s+/)).toEqual(['NAME', 'PHASE', 'ID', 'PARTICIPANTS', 'NODES', 'REASON', 'AGE']);
    expect(row?.trim().split(/\s+/).slice(0, 6)).toEqual([
      'shown',
      'Active',
      'abc-defg-hij',
      '3',
      '["eu-0","us-0"]',
      'Placed',
    ]);
    expect(await api.kubectl('explain', 'meeting.spec.pools')).toContain('Cannot be changed');
  });

  test('every field has a description', async () => {
    expect(await undescribedFields(api, 'meetings.parley.dev')).toEqual([]);
  });

  test('two managers can each apply their own conditions', async () => {
    await api.create(meeting({}, 'shared'));
    const apply = (manager: string, type: string): Promise<string> => {
      const condition = { type, status: 'True', reason: 'R', message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z' };
      const manifest = {
        apiVersion: 'parley.dev/v1alpha1',
        kind: 'Meeting',
        metadata: { name: 'shared', namespace: 'default' },
        status: { conditions: [condition] },
      };
      return api.apply(manifest, manager);
    };
    await apply('one', 'Placed');
    await apply('two', 'Audited');
    const types = await api.kubectl('get', 'mtg/shared', '-o', 'jsonpath={.status.conditions[*].type}');
    expect(types.split(' ').toSorted()).toEqual(['Audited', 'Placed']);
  });
});

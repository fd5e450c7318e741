import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting, MeetingStatus } from '@parley/crds/meeting.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { planMeeting } from '../core/meeting/plan.js';
import { aMeetingSpec, aMeetingWorld } from '../core/testing/builders.js';
import type { ObjectWriter } from '../kube/apply.js';
import { systemClock } from '../kube/clock.js';
import { createKeyBroadcast } from '../kube/key-broadcast.js';
import { KubeError } from '../kube/kube-error.js';
import { createOperatorMetrics } from '../metrics/operator-metrics.js';
import { createNodeDirectory } from '../nodes/node-directory.js';
import { createMeetingStore, type MeetingRecord, type MeetingStore } from './meeting-store.js';
import { changesByOthers } from './own-writes.js';
import { lastStatusOf, writeMeetingStatus } from './status-writer.js';

const log = pino({ level: 'silent' });
const key = 'default/daily';
const placed: MeetingStatus = { phase: 'Placed' };

const aMeeting = (metadata: Partial<Meeting['metadata']> = {}, status?: MeetingStatus): Meeting => ({
  metadata: {
    name: 'daily',
    namespace: 'default',
    uid: 'uid',
    resourceVersion: '7',
    generation: 1,
    creationTimestamp: '2026-01-01T12:00:00Z',
    ...metadata,
  },
  spec: aMeetingSpec(),
  status,
});

function aStore(written: MeetingRecord['written']): MeetingStore {
  const directory = createNodeDirectory({
    credentials: insecureCredentials(),
    term: 1,
    clock: systemClock,
    random: () => 1,
    log,
  });
  const store = createMeetingStore(directory, systemClock);
  const { topology, verdict } = planMeeting(aMeetingWorld());
  store.put({
    meetingId: meetingIdOf('uid'),
    key,
    namespace: 'default',
    expectedParticipants: 4,
    topology,
    verdict,
    reservations: new Map(),
    applied: new Map(),
    written,
    expired: false,
  });
  return store;
}

describe('changes of meetings by others', () => {
  const told = (shown: Meeting | undefined, store: MeetingStore): readonly string[] => {
    const broadcast = createKeyBroadcast(log);
    const meetings = new Map(shown === undefined ? [] : [[key, shown]]);
    const source = { keys: () => [key], subscribe: broadcast.subscribe, synced: () => Promise.resolve() };
    const keys: string[] = [];
    changesByOthers(source, { meetings: meetings as never, store }).subscribe((each) => keys.push(each));
    broadcast.publish(key);
    return keys;
  };
  const written = { status: placed, resourceVersion: '8', generation: 1, atMs: 0 };

  it('leave out the write of a status when the watch shows it', () => {
    expect(told(aMeeting({ resourceVersion: '8' }, placed), aStore(written))).toEqual([]);
  });

  it.each([
    ['what came before it', aMeeting({ resourceVersion: '7' })],
    ['what came after it', aMeeting({ resourceVersion: '9' }, placed)],
    ['a changed spec that the watch shows together with it', aMeeting({ resourceVersion: '8', generation: 2 }, placed)],
    ['a deletion', aMeeting({ resourceVersion: '8', deletionTimestamp: '2026-01-01T12:00:01Z' }, placed)],
    ['another Meeting of the name', aMeeting({ resourceVersion: '8', uid: 'other' })],
    ['one that is gone', undefined],
  ])('hold %s', (_, shown) => {
    expect(told(shown, aStore(written))).toEqual([key]);
  });

  it('hold every change of a meeting whose status was never written', () => {
    expect(told(aMeeting(), aStore(undefined))).toEqual([key]);
  });

  it('make a status that was written stand over the cache until the cache shows it, and be forgotten then', () => {
    const store = aStore(written);
    const statusOf = (shown: Meeting): MeetingStatus | undefined =>
      lastStatusOf({ written: store.byKey(key)?.written }, shown);
    expect(statusOf(aMeeting({ resourceVersion: '7' }, { phase: 'Pending' }))).toEqual(placed);
    told(aMeeting({ resourceVersion: '8' }, placed), store);
    expect(store.byKey(key)?.written).toMatchObject({ status: undefined, resourceVersion: '8' });
    expect(statusOf(aMeeting({ resourceVersion: '9' }, { phase: 'Active' }))).toEqual({ phase: 'Active' });
  });
});

describe('the write of a status', () => {
  const write = (error: KubeError): Promise<MeetingStatus> => {
    const store = aStore(undefined);
    const record = store.byKey(key);
    if (record === undefined) throw new Error('the store lacks its record');
    const writer = { applyStatus: () => Promise.reject(error) } as unknown as ObjectWriter;
    const counts = { touch: () => undefined, take: () => false, close: () => undefined };
    const metrics = createOperatorMetrics(new Registry());
    const input = { meeting: aMeeting(), record, outcome: { unreachable: [], untold: [] } };
    const { signal } = new AbortController();
    return writeMeetingStatus(
      { writer, store, counts, clock: systemClock, metrics, scheduled: { timeOf: () => undefined }, publicUrl: '' },
      { ...input, signal },
    );
  };

  it('is no failure when the Meeting was deleted meanwhile', async () => {
    expect(await write(new KubeError('NotFound', 'no such meeting'))).toMatchObject({ phase: 'Placed' });
  });

  it('fails for any other reason', async () => {
    await expect(write(new KubeError('Conflict', 'newer'))).rejects.toThrow('newer');
  });
});

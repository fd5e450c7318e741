/** Law 1: a participant outlives the replica that spoke for it, for a grace, and any replica can take over. */
import { LeaveReason } from '@parley/proto/gen/parley/v1/media_pb.js';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestMeeting, type TestMeeting } from './support/test-meeting.js';
import { startTestNode, type TestNode } from './support/test-node.js';
import { until } from './support/until.js';

let node: TestNode;
let meeting: TestMeeting;

beforeAll(async () => {
  node = await startTestNode();
});
beforeEach(async () => {
  meeting = await startTestMeeting(node);
});
afterEach(() => meeting.close());
afterAll(() => node.close());

const graceMs = 600;
const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const isThere = (id: string): boolean => node.node.rooms.require(meeting.meetingId).participants.has(id);

it('one whose replica stops watching is lost after the grace', async () => {
  const room = meeting.watch('s1');
  const other = meeting.watch('s2');
  await room.wait('snapshot');
  await meeting.join('ann', { detachGraceMs: graceMs });
  await rest(graceMs + 200);
  expect(isThere('ann')).toBe(true);
  room.stop();
  const left = await other.wait('participantLeft', ({ participantId }) => participantId === 'ann');
  expect(left.reason).toBe(LeaveReason.LOST);
  expect(node.node.rooms.require(meeting.meetingId).services.usage.participants).toBe(0);
});

it('one who joined through a replica that never watches is lost too', async () => {
  await meeting.join('ann', { detachGraceMs: graceMs });
  await until('ann is lost', () => !isThere('ann'));
});

it('the same replica, watching again, keeps it', async () => {
  const room = meeting.watch('s1');
  await room.wait('snapshot');
  await meeting.join('ann', { detachGraceMs: graceMs });
  room.stop();
  await room.ended;
  await meeting.watch('s1').wait('snapshot');
  await rest(graceMs + 200);
  expect(isThere('ann')).toBe(true);
});

it('another replica takes over by joining it again, and gets its events', async () => {
  const first = meeting.watch('s1');
  const second = meeting.watch('s2');
  await Promise.all([first.wait('snapshot'), second.wait('snapshot')]);
  const joined = await meeting.join('ann', { detachGraceMs: graceMs });
  await meeting.join('bob', { signalingId: 's2' });
  await meeting.produceMicrophone('bob', 'mic');
  await meeting.consume('ann', 'mic');
  first.stop();
  const resumed = await meeting.join('ann', { signalingId: 's2', rtpCapabilitiesJson: '', detachGraceMs: graceMs });
  expect(resumed).toMatchObject({ attached: true, send: { id: joined.send?.id } });
  await rest(graceMs + 200);
  expect(isThere('ann')).toBe(true);
  await meeting.leave('bob');
  await second.wait('consumer', ({ consumerId, event }) => consumerId === 'ann-mic' && event.case === 'closed');
  expect(first.events.some(({ event }) => event.case === 'consumer')).toBe(false);
});

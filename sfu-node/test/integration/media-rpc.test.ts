import { LeaveReason, MediaKind, TransportDirection } from '@parley/proto/gen/parley/v1/media_pb.js';
import { EndReason, MeetingState } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { clientCapabilities, dtlsParameters, opusParameters, vp8Parameters } from './support/media-fixtures.js';
import { watchRoom, type RoomStream } from './support/room-stream.js';
import { soon, startTestNode, type TestNode } from './support/test-node.js';
import { aTopology } from './support/topologies.js';

let node: TestNode;
let meeting = 0;
let meetingId = '';
const streams: RoomStream[] = [];

beforeAll(async () => {
  node = await startTestNode({ workers: 1, limits: { producersPerParticipant: 3, consumersPerParticipant: 4 } });
});
afterEach(() => {
  for (const stream of streams.splice(0)) stream.stop();
});
afterAll(() => node.close());

async function place(change = {}): Promise<void> {
  meeting += 1;
  meetingId = `meeting-${meeting}`;
  await node.control.applyTopology({ topology: aTopology({ meetingId, ...change }) }, soon);
}
const watch = (signalingId = 's1'): RoomStream => {
  const stream = watchRoom(node.media, meetingId, signalingId);
  streams.push(stream);
  return stream;
};
const join = (id: string, change = {}): ReturnType<TestNode['media']['join']> =>
  node.media.join(
    {
      meetingId,
      signalingId: 's1',
      participant: { id, name: id.toUpperCase(), region: 'eu', joinedAtMs: 1 },
      rtpCapabilitiesJson: clientCapabilities,
      ...change,
    },
    soon,
  );
const produceCamera = (participantId: string, producerId: string): ReturnType<TestNode['media']['produce']> =>
  node.media.produce(
    {
      meetingId,
      participantId,
      producerId,
      kind: MediaKind.VIDEO,
      source: 'camera',
      rtpParametersJson: JSON.stringify(vp8Parameters()),
    },
    soon,
  );
const produceMicrophone = (participantId: string, producerId: string): ReturnType<TestNode['media']['produce']> =>
  node.media.produce(
    {
      meetingId,
      participantId,
      producerId,
      kind: MediaKind.AUDIO,
      source: 'microphone',
      rtpParametersJson: JSON.stringify(opusParameters()),
    },
    soon,
  );
const consume = (participantId: string, ...producerIds: string[]): ReturnType<TestNode['media']['consume']> =>
  node.media.consume(
    {
      meetingId,
      participantId,
      items: producerIds.map((producerId) => ({ producerId, consumerId: `${participantId}-${producerId}` })),
    },
    soon,
  );

it('refuses everything of a meeting that has no topology here', async () => {
  meetingId = 'nowhere';
  await expect(join('ann')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  expect(await watch().ended).toMatchObject({ code: 'FAILED_PRECONDITION' });
});

it('two people join, produce, consume, and hear of each other', async () => {
  await place();
  const room = watch();
  const ann = await join('ann');
  expect(ann.attached).toBe(false);
  expect(JSON.parse(ann.send?.iceCandidatesJson ?? '')).toHaveLength(2);
  await node.media.connectTransport(
    { meetingId, participantId: 'ann', direction: TransportDirection.SEND, dtlsParametersJson: dtlsParameters },
    soon,
  );
  const camera = await produceCamera('ann', 'ann-camera');
  expect(camera.producer).toMatchObject({
    kind: MediaKind.VIDEO,
    layered: true,
    mimeType: 'video/VP8',
    source: 'camera',
  });
  await produceMicrophone('ann', 'ann-mic');

  const bob = await join('bob');
  expect(bob.snapshot?.producers.map(({ id }) => id)).toEqual(['ann-camera', 'ann-mic']);
  const { results } = await consume('bob', 'ann-camera', 'ann-mic', 'nobody');
  expect(results.map(({ outcome }) => outcome.case)).toEqual(['consumer', 'consumer', 'error']);
  expect(results[0]?.outcome.value).toMatchObject({ id: 'bob-ann-camera', paused: true, type: 'simulcast' });
  expect(results[2]?.outcome.value).toMatchObject({ code: 'ProducerNotFound' });

  await room.wait('participantJoined', ({ id }) => id === 'bob');
  await room.wait('producerAdded', ({ id }) => id === 'ann-mic');
  await node.media.updateProducers(
    {
      meetingId,
      participantId: 'ann',
      updates: [{ producerId: 'ann-camera', change: { case: 'paused', value: true } }],
    },
    soon,
  );
  await room.wait('producerUpdated', ({ id, paused }) => id === 'ann-camera' && paused);
  await room.wait('consumer', ({ event }) => event.case === 'producerPaused' && event.value);

  await node.media.leave({ meetingId, participantId: 'ann', reason: LeaveReason.LEFT }, soon);
  await room.wait('producerRemoved', ({ producerId }) => producerId === 'ann-camera');
  await room.wait(
    'participantLeft',
    ({ participantId, reason }) => participantId === 'ann' && reason === LeaveReason.LEFT,
  );
  await room.wait('consumer', ({ consumerId, event }) => consumerId === 'bob-ann-mic' && event.case === 'closed');
});

it('ends a room with the reason, and refuses to open it again by a late topology', async () => {
  await place();
  const room = watch();
  await join('ann');
  const ended = aTopology({ meetingId, epoch: 2, state: MeetingState.ENDED, endReason: EndReason.ENDED_BY_HOST });
  await node.control.applyTopology({ topology: ended }, soon);
  expect(await room.wait('closed')).toMatchObject({ reason: 'ENDED_BY_HOST' });
  expect(await room.ended).toBeUndefined();
  await expect(node.control.applyTopology({ topology: aTopology({ meetingId }) }, soon)).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
  });
  await expect(join('ann')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
});

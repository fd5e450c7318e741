import { LeaveReason, MediaKind, TransportDirection } from '@parley/proto/gen/parley/v1/media_pb.js';
import { EndReason, MeetingState } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { dtlsParameters, opusParameters } from './support/media-fixtures.js';
import { startTestMeeting, type TestMeeting } from './support/test-meeting.js';
import { soon, startTestNode, type TestNode } from './support/test-node.js';

let node: TestNode;
let meeting: TestMeeting;

beforeAll(async () => {
  node = await startTestNode({ limits: { producersPerParticipant: 3, consumersPerParticipant: 4, consumers: 5 } });
});
beforeEach(async () => {
  meeting = await startTestMeeting(node);
});
afterEach(async () => {
  meeting.close();
  await meeting.apply({ epoch: 99, state: MeetingState.ENDED, endReason: EndReason.DELETED }).catch(() => undefined);
});
afterAll(() => node.close());

const inMeeting = (participantId: string): { meetingId: string; participantId: string } => ({
  meetingId: meeting.meetingId,
  participantId,
});

it('two people join, produce, consume, and hear of each other', async () => {
  const room = meeting.watch();
  const ann = await meeting.join('ann');
  expect(ann.attached).toBe(false);
  const connect = {
    ...inMeeting('ann'),
    direction: TransportDirection.SEND,
    dtlsParametersJson: dtlsParameters,
  };
  await node.media.connectTransport(connect, soon);
  await node.media.connectTransport(connect, soon);
  const camera = await meeting.produceCamera('ann', 'ann-camera');
  expect(camera.producer).toMatchObject({
    kind: MediaKind.VIDEO,
    layered: true,
    mimeType: 'video/VP8',
    source: 'camera',
  });
  await meeting.produceMicrophone('ann', 'ann-mic');

  const bob = await meeting.join('bob');
  expect(bob.snapshot?.producers.map(({ id }) => id)).toEqual(['ann-camera', 'ann-mic']);
  // Phones turn their pictures themselves.
  expect(bob.snapshot?.routerRtpCapabilitiesJson).toMatch(/"headerExtensions":\[\{/);
  expect(bob.snapshot?.routerRtpCapabilitiesJson).not.toContain('video-orientation');
  const { results } = await meeting.consume('bob', 'ann-camera', 'ann-mic', 'nobody');
  expect(results.map(({ outcome }) => outcome.case)).toEqual(['consumer', 'consumer', 'error']);
  expect(results[0]?.outcome.value).toMatchObject({
    ...{ id: 'bob-ann-camera', participantId: 'ann', paused: true, type: 'simulcast' },
  });
  expect(results[2]?.outcome.value).toMatchObject({ code: 'ProducerNotFound' });

  await room.wait('participantJoined', ({ id, node: at }) => id === 'bob' && at === 'node-a');
  await room.wait('producerAdded', ({ id }) => id === 'ann-mic');
  await node.media.updateProducers(
    { ...inMeeting('ann'), updates: [{ producerId: 'ann-camera', change: { case: 'paused', value: true } }] },
    soon,
  );
  await room.wait('producerUpdated', ({ id, paused }) => id === 'ann-camera' && paused);
  await room.wait('consumer', ({ event }) => event.case === 'producerPaused' && event.value);

  await meeting.leave('ann');
  await room.wait('producerRemoved', ({ producerId }) => producerId === 'ann-camera');
  await room.wait('participantLeft', (left) => left.participantId === 'ann' && left.reason === LeaveReason.LEFT);
  await room.wait('consumer', ({ consumerId, event }) => consumerId === 'bob-ann-mic' && event.case === 'closed');
  await meeting.leave('ann');
});

it('consumers follow updates, and say which are no more', async () => {
  await meeting.join('ann');
  await meeting.join('bob');
  await meeting.produceCamera('ann', 'camera');
  await meeting.consume('bob', 'camera');
  const update = (change: object): Promise<string[]> =>
    node.media
      .updateConsumers({ ...inMeeting('bob'), updates: [{ consumerId: 'bob-camera', ...change }] }, soon)
      .then(({ missingConsumerIds }) => missingConsumerIds);
  expect(
    await update({
      paused: false,
      preferredLayers: { spatial: 1, temporal: 0 },
      priority: 7,
      requestKeyFrame: true,
    }),
  ).toEqual([]);
  const handle = node.node.rooms.require(meeting.meetingId).participants.get('bob')?.media?.consumers.get('bob-camera');
  expect(handle?.consumer).toMatchObject({
    paused: false,
    priority: 7,
    preferredLayers: { spatialLayer: 1, temporalLayer: 0 },
  });
  expect(await update({ closed: true })).toEqual([]);
  expect(await update({ paused: true })).toEqual(['bob-camera']);
});

it('repeats find what the first call made: joins, producers, consumers, even at the same time', async () => {
  const joins = await Promise.all([meeting.join('ann'), meeting.join('ann'), meeting.join('bob')]);
  expect(joins[0].send?.id).toBe(joins[1].send?.id);
  expect(joins.map(({ attached }) => attached)).toEqual([false, true, false]);

  const rtp = JSON.stringify(opusParameters());
  const request = {
    ...inMeeting('ann'),
    producerId: 'mic',
    kind: MediaKind.AUDIO,
    source: 'microphone',
    rtpParametersJson: rtp,
  };
  await Promise.all([node.media.produce(request, soon), node.media.produce(request, soon)]);
  await node.media.produce(request, soon);
  const both = await Promise.all([meeting.consume('bob', 'mic'), meeting.consume('bob', 'mic')]);
  expect(both[0]).toEqual(both[1]);

  const room = node.node.rooms.require(meeting.meetingId);
  expect(room.participants.get('ann')?.media?.producers.size).toBe(1);
  expect(room.participants.get('bob')?.media?.consumers.size).toBe(1);

  const back = await meeting.join('bob', { rtpCapabilitiesJson: '', signalingId: 's2' });
  expect(back.attached).toBe(true);
  expect(back.receive?.id).toBe(joins[2].receive?.id);
  expect(back.consumers[0]?.rtpParametersJson).toBe(
    (both[0].results[0]?.outcome.value as { rtpParametersJson: string }).rtpParametersJson,
  );
  expect((await meeting.join('ann')).ownProducerIds).toEqual(['mic']);
});

it('a fresh join throws away what was there', async () => {
  const room = meeting.watch();
  const first = await meeting.join('ann');
  await meeting.produceMicrophone('ann', 'mic');
  const second = await meeting.join('ann', { fresh: true });
  expect(second.attached).toBe(false);
  expect(second.send?.id).not.toBe(first.send?.id);
  expect(second.ownProducerIds).toEqual([]);
  await room.wait('producerRemoved', ({ producerId }) => producerId === 'mic');
  expect(room.events.some(({ event }) => event.case === 'participantLeft')).toBe(false);
  await meeting.produceMicrophone('ann', 'mic');
});

it('ICE restarts with new parameters', async () => {
  const { send } = await meeting.join('ann');
  const restart = await node.media.restartIce({ ...inMeeting('ann'), direction: TransportDirection.SEND }, soon);
  expect(restart.iceParametersJson).not.toBe(send?.iceParametersJson);
  expect(JSON.parse(restart.iceParametersJson)).toMatchObject({ iceLite: true });
});

it('shows the addresses that the placement announces', async () => {
  const placements = [{ node: 'node-a', participantLimit: 5, announcedAddresses: ['203.0.113.7', '2001:db8::7'] }];
  await meeting.apply({ epoch: 2, placements });
  const { send } = await meeting.join('ann');
  const candidates = JSON.parse(send?.iceCandidatesJson ?? '[]') as { ip: string; protocol: string }[];
  expect(candidates.map(({ ip, protocol }) => `${ip} ${protocol}`)).toEqual([
    '203.0.113.7 udp',
    '203.0.113.7 tcp',
    '2001:db8::7 udp',
    '2001:db8::7 tcp',
  ]);
});

it('data channels are produced and consumed', async () => {
  await meeting.join('ann');
  await meeting.join('bob');
  await node.media.produce(
    {
      ...inMeeting('ann'),
      producerId: 'chat',
      kind: MediaKind.DATA,
      source: 'data:chat',
      protocol: 'json',
      sctpStreamParametersJson: JSON.stringify({ streamId: 0, ordered: true }),
    },
    soon,
  );
  const { results } = await meeting.consume('bob', 'chat');
  expect(results[0]?.outcome.value).toMatchObject({ kind: MediaKind.DATA, label: 'data:chat', protocol: 'json' });
});

it("names and signaling's own state of a participant reach the watchers", async () => {
  const room = meeting.watch();
  await meeting.join('ann');
  await node.media.updateParticipant({ ...inMeeting('ann'), name: 'Anna', metadataJson: '{"hand":true}' }, soon);
  await room.wait('participantUpdated', (ann) => ann.name === 'Anna' && ann.metadataJson === '{"hand":true}');
  expect((await meeting.watch('s2').wait('snapshot')).participants[0]).toMatchObject({ name: 'Anna', region: 'eu' });
});

it.each([
  ['a participant that is not here', () => meeting.produceCamera('eve', 'x'), 'NOT_FOUND'],
  ['coming back as one who is not here', () => meeting.join('eve', { rtpCapabilitiesJson: '' }), 'NOT_FOUND'],
  ['a join without an id', () => meeting.join(''), 'INVALID_ARGUMENT'],
  ['capabilities that are no JSON', () => meeting.join('eve', { rtpCapabilitiesJson: '{' }), 'INVALID_ARGUMENT'],
  [
    'capabilities that are too long',
    () => meeting.join('eve', { rtpCapabilitiesJson: JSON.stringify({ codecs: [], x: 'x'.repeat(70_000) }) }),
    'INVALID_ARGUMENT',
  ],
  [
    'metadata that is too long',
    () => meeting.join('eve', { participant: { id: 'eve', metadataJson: 'x'.repeat(4_097) } }),
    'INVALID_ARGUMENT',
  ],
  [
    'RTP parameters that mediasoup refuses',
    async () => {
      await meeting.join('ann');
      return node.media.produce(
        {
          ...inMeeting('ann'),
          producerId: 'x',
          kind: MediaKind.VIDEO,
          rtpParametersJson: JSON.stringify({
            codecs: [{ mimeType: 'video/none', payloadType: 96, clockRate: 90_000 }],
          }),
        },
        soon,
      );
    },
    'INVALID_ARGUMENT',
  ],
  [
    'a producer id that another has',
    async () => {
      await meeting.join('ann');
      await meeting.join('bob');
      await meeting.produceMicrophone('ann', 'mic');
      return meeting.produceMicrophone('bob', 'mic');
    },
    'ALREADY_EXISTS',
  ],
  [
    'more producers than the limit',
    async () => {
      await meeting.join('ann');
      for (const id of ['1', '2', '3', '4']) await meeting.produceMicrophone('ann', id);
    },
    'RESOURCE_EXHAUSTED',
  ],
  [
    'more updates than the limit',
    async () => {
      await meeting.join('ann');
      const items = Array.from({ length: 201 }, (_, index) => ({ producerId: 'x', consumerId: `c${index}` }));
      return node.media.consume({ ...inMeeting('ann'), items }, soon);
    },
    'INVALID_ARGUMENT',
  ],
  [
    'a DTLS fingerprint that is none',
    async () => {
      await meeting.join('ann');
      return node.media.connectTransport(
        {
          ...inMeeting('ann'),
          direction: TransportDirection.SEND,
          dtlsParametersJson: '{"fingerprints":[{"algorithm":"md5","value":"x"}]}',
        },
        soon,
      );
    },
    'INVALID_ARGUMENT',
  ],
])('refuses %s', async (_, call, code) => {
  await expect(call()).rejects.toMatchObject({ code });
});

it('refuses consumers above the limits of the participant and of the node, each for itself', async () => {
  for (const id of ['ann', 'bob', 'eve']) await meeting.join(id);
  await meeting.produceMicrophone('ann', 'mic');
  const many = (participantId: string, count: number): ReturnType<TestNode['media']['consume']> =>
    node.media.consume(
      {
        ...inMeeting(participantId),
        items: Array.from({ length: count }, (_, index) => ({
          producerId: 'mic',
          consumerId: `${participantId}-${index}`,
        })),
      },
      soon,
    );
  const cases = (response: Awaited<ReturnType<typeof many>>): string[] =>
    response.results.map(({ outcome }) => (outcome.case === 'error' ? outcome.value.code : 'consumer'));
  expect(cases(await many('bob', 5)).filter((result) => result === 'NodeFull')).toHaveLength(1);
  expect(cases(await many('eve', 2)).toSorted()).toEqual(['NodeFull', 'consumer']);
  expect(node.node.rooms.require(meeting.meetingId).services.usage.consumers).toBe(5);
  await meeting.leave('ann');
  // The worker tells of what closed with a producer; the answer to leave doesn't wait for that.
  await vi.waitFor(() => expect(node.node.rooms.require(meeting.meetingId).services.usage.consumers).toBe(0));
});

it.each([
  ['the placement', { placements: [{ node: 'node-a', participantLimit: 1 }] }, 'PlacementFull'],
  ['the meeting', { settings: { maxParticipants: 1 } }, 'MeetingFull'],
])('refuses people above the limit of %s, though they come at the same time', async (_, change, reason) => {
  await meeting.apply({ epoch: 2, ...change });
  const joins = await Promise.allSettled(['ann', 'bob', 'eve'].map((id) => meeting.join(id)));
  expect(joins.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const refused = joins.find((result) => result.status === 'rejected');
  expect(refused?.reason).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
  expect(String(refused?.reason)).toContain(reason);
  expect((await meeting.join('ann')).attached).toBe(true);
});

it('who is in the meeting on another node is not counted twice when he comes here, and is shown here then', async () => {
  await meeting.apply({ epoch: 2, settings: { maxParticipants: 1 } });
  const room = node.node.rooms.require(meeting.meetingId);
  room.roster.upsertParticipant({ id: 'ann', node: 'node-b', joinedAtMs: 0 }, 'node-b');
  await expect(meeting.join('bob')).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
  const { snapshot } = await meeting.join('ann');
  expect(snapshot?.participants.map(({ id, node: at }) => [id, at])).toEqual([['ann', 'node-a']]);
});

it('a consumer of a producer that no relay brings in time fails for itself', async () => {
  await meeting.join('ann');
  await meeting.produceMicrophone('ann', 'mic');
  const room = node.node.rooms.require(meeting.meetingId);
  room.roster.upsertParticipant({ id: 'eve', node: 'node-b', joinedAtMs: 1 }, 'node-b');
  room.roster.upsertProducer({ id: 'far', participantId: 'eve', kind: MediaKind.VIDEO }, 'node-b');
  const { results } = await meeting.consume('ann', 'far', 'mic');
  expect(results.map(({ outcome }) => (outcome.case === 'error' ? outcome.value.code : 'consumer'))).toEqual([
    'RelayUnavailable',
    'consumer',
  ]);
  expect(room.services.usage.consumers).toBe(1);
});

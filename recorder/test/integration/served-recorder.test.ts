/** A whole recorder beside a whole node: an operator's stream leads it from the first topology to the finished file. */
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { createLogger } from '@parley/process/log.js';
import { MediaKind } from '@parley/proto/gen/parley/v1/media_pb.js';
import {
  RecorderPhase,
  RecorderService,
  RecordingEndReason,
  RecordingOutputKind,
  type RecorderDirectiveSchema,
  type RecorderReport,
} from '@parley/proto/gen/parley/v1/recorder_pb.js';
import { TopologySchema } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { createMessageQueue } from '@parley/proto/message-queue.js';
import { createRpcChannel } from '@parley/proto/rpc-client.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { serveRecorder } from '@parley/recorder/program/serve-recorder.js';
import type { types } from 'mediasoup';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestMeeting } from '../../../sfu-node/test/integration/support/test-meeting.js';
import { startTestNode } from '../../../sfu-node/test/integration/support/test-node.js';
import { aCascade } from '../../../sfu-node/test/integration/support/topologies.js';
import { until } from '../../../sfu-node/test/integration/support/until.js';
import { annsTracks, play, type PlayedTrack } from '../support/played-tap.js';

const closing: (() => unknown)[] = [];
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'served-'));
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await rm(directory, { recursive: true, force: true });
});

/** Into a router, as a browser's packets come. */
async function send(router: types.Router, tracks: readonly PlayedTrack[]): Promise<void> {
  const ports = new Map<string, number>();
  for (const { id, audio, packets } of tracks) {
    const listenInfo = { protocol: 'udp' as const, ip: '127.0.0.1' };
    const transport = await router.createPlainTransport({ listenInfo, comedia: true, rtcpMux: true });
    const codec = audio
      ? { mimeType: 'audio/opus', payloadType: 96, clockRate: 48_000, channels: 2, parameters: {} }
      : { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters: {}, rtcpFeedback: [{ type: 'nack' }] };
    await transport.produce({
      id,
      kind: audio ? 'audio' : 'video',
      rtpParameters: { codecs: [codec], encodings: [{ ssrc: packets[0]!.rtp.readUInt32BE(8) }], rtcp: { cname: id } },
    });
    ports.set(id, transport.tuple.localPort);
  }
  const socket = createSocket('udp4');
  const stop = play(tracks, (id, rtp) => socket.send(rtp, ports.get(id), '127.0.0.1'));
  closing.push(() => {
    stop();
    socket.close();
  });
}

it('records what the meeting’s people send, and makes a file of it that is whole', { timeout: 240_000 }, async () => {
  const node = await startTestNode({ name: 'node-a', relayPorts: [46_500, 46_599] });
  closing.push(() => node.close());
  const topology = aCascade([node], { meetingId: 'recorded' });
  const meeting = await startTestMeeting(node, topology);
  closing.push(() => meeting.close());
  await meeting.join('ann');
  const room = node.node.rooms.require('recorded');
  await send((await room.media()).router, await annsTracks());
  const ofAnn = { participantId: 'ann', layered: false };
  room.roster.upsertProducer({
    ...ofAnn,
    id: 'camera',
    kind: MediaKind.VIDEO,
    source: 'camera',
    mimeType: 'video/VP8',
  });
  const microphone = { kind: MediaKind.AUDIO, source: 'microphone', mimeType: 'audio/opus' };
  room.roster.upsertProducer({ ...ofAnn, id: 'microphone', ...microphone });

  const credentials = insecureCredentials();
  const recorder = await serveRecorder(
    {
      ...{ name: 'rec-1', podIp: '127.0.0.1', grpcAddress: '127.0.0.1:0', tlsDir: undefined, telemetryPort: 0 },
      ...{ relayPorts: { first: 46_600, last: 46_699 }, workDir: join(directory, 'work'), threads: 2 },
      ...{ terminationLog: join(directory, 'log'), font: '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf' },
      ...{ logLevel: 'silent', otlpEndpoint: undefined },
      recording: {
        ...{ namespace: 'team', job: 'weekly', uid: 'u1', meetingId: 'recorded', title: 'Weekly', layout: 'Gallery' },
        ...{ outputs: ['MP4'], maxDurationMs: 600_000, emptyMeetingMs: 60_000, bufferBytes: 50_000_000 },
        ...{ keepSegments: false, storage: { directory, prefix: 'team/recorded/u1/' } },
      },
    },
    { credentials, log: createLogger({ process: 'recorder', level: 'silent' }) },
  );
  closing.push(() => recorder.close());

  const channel = createRpcChannel({ address: `127.0.0.1:${String(recorder.port)}`, role: 'recorder', credentials });
  closing.push(() => channel.close());
  const directives = createMessageQueue<MessageInitShape<typeof RecorderDirectiveSchema>>(100);
  const reports: RecorderReport[] = [];
  const listening = (async () => {
    for await (const report of channel.client(RecorderService).direct(directives, { idleTimeoutMs: 60_000 }))
      reports.push(report);
  })().catch(() => undefined);
  await until('it waits', () => reports.at(-1)?.phase === RecorderPhase.WAITING);

  Object.assign(topology, { epoch: 2, taps: [{ recorder: 'rec-1', node: 'node-a' }] });
  await meeting.apply(topology);
  directives.push({ directive: { case: 'topology', value: create(TopologySchema, topology) } });
  await until('it records', () => reports.at(-1)?.phase === RecorderPhase.RECORDING, 30_000);
  await until('segments are stored', () => (reports.at(-1)?.segments ?? 0) >= 5, 60_000);
  directives.push({ directive: { case: 'stop', value: { reason: RecordingEndReason.STOPPED } } });
  const last = await recorder.done;
  await until('the operator heard of it', () => reports.at(-1)?.phase === RecorderPhase.DONE);
  directives.end();
  await listening;

  expect(last).toMatchObject({ endReason: RecordingEndReason.STOPPED, tracks: 2, missingMs: 0n, gaps: [] });
  expect(new Set(reports.map(({ phase }) => phase))).toEqual(
    new Set([
      ...[RecorderPhase.WAITING, RecorderPhase.RECORDING, RecorderPhase.COMPOSING],
      ...[RecorderPhase.CHECKING, RecorderPhase.DONE],
    ]),
  );
  const film = last.outputs?.find(({ kind }) => kind === RecordingOutputKind.MP4);
  const content = await readFile(join(directory, film?.key ?? ''));
  expect(film).toMatchObject({
    bytes: BigInt(content.length),
    sha256: createHash('sha256').update(content).digest('hex'),
  });
  const lengthMs = Number(last.endedAtMs) - Number(last.startedAtMs);
  expect(Math.abs(Number(film?.durationMs) - lengthMs) / lengthMs).toBeLessThan(0.01);
});

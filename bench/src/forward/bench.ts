/**
 * What a node's CPU has to do for every packet that it forwards: one sender, and from 1 to 100 receivers, each on a real ICE, DTLS and
 * SRTP transport. The node is a process of its own; its worker alone, and mediasoup with nothing around it, are measured beside it.
 */
import { joinMeeting, watchRoom, type MeetingClient } from '../rtp/meeting-client.js';
import { createDtlsIdentity, type DtlsIdentity } from '../rtp/dtls-identity.js';
import { isRtp, sendPaced } from '../rtp/paced.js';
import { startBareWorker, type FanOut } from '../rtp/bare-worker.js';
import type { SrtpSuite } from '../rtp/srtp.js';
import { createOpusStream, createVp8Stream, type RtpStream } from '../rtp/streams.js';
import { newMeetingId, placeMeeting } from '../process/local-meeting.js';
import { startLocalNode, type LocalNode } from '../process/local-node.js';
import { childrenOf, cpuMicroseconds } from '../process/cpu-time.js';
import { report } from '../report/figures.js';

/** Enough to keep the drain awake – waking it for each packet would count as the node's – and little enough for two cores. */
const forwardedPerSecond = 50_000;
const fewestSentPerSecond = 50;
const mostSentPerSecond = 600;
const warmUpMs = 500;
const durationMs = 3_000;
const consumerCounts = [1, 10, 100];
const suites = { gcm: 'AEAD_AES_256_GCM', cm: 'AES_CM_128_HMAC_SHA1_80' } as const;
const codecs = { opus: createOpusStream, vp8: () => createVp8Stream(4, 60) } as const;

interface Cost {
  /** For each forwarded packet. */
  readonly allUs: number;
  readonly workerUs: number;
}

interface Measured {
  readonly pids: readonly number[];
  readonly workerPids: readonly number[];
}

async function measure(fanOut: FanOut, stream: RtpStream, processes: Measured): Promise<Cost> {
  let received = 0;
  for (const receiver of fanOut.receivers) receiver.onMedia((datagram) => (received += isRtp(datagram) ? 1 : 0));
  const wanted = Math.round(forwardedPerSecond / fanOut.receivers.length);
  const packetsPerSecond = Math.min(mostSentPerSecond, Math.max(fewestSentPerSecond, wanted));
  await sendPaced(fanOut.sender, stream, { packetsPerSecond, durationMs: warmUpMs });
  const cpu = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
  const before = { received, all: cpu(processes.pids), worker: cpu(processes.workerPids) };
  const sent = await sendPaced(fanOut.sender, stream, { packetsPerSecond, durationMs });
  const after = { all: cpu(processes.pids), worker: cpu(processes.workerPids) };
  await new Promise((resolve) => setTimeout(resolve, 100));
  const expected = sent * fanOut.receivers.length;
  const arrived = received - before.received;
  if (arrived < expected * 0.9) throw new Error(`of ${expected} packets only ${arrived} were forwarded`);
  return { allUs: (after.all - before.all) / expected, workerUs: (after.worker - before.worker) / expected };
}

async function openMeeting(
  node: LocalNode,
  stream: RtpStream,
  join: { suite: SrtpSuite; identity: DtlsIdentity; consumers: number },
): Promise<FanOut & { leave(): Promise<void> }> {
  const meetingId = newMeetingId();
  await placeMeeting(meetingId, [node]);
  const stopWatching = watchRoom(node, meetingId);
  const enter = (): Promise<MeetingClient> =>
    joinMeeting({ node, meetingId, suite: join.suite, identity: join.identity });
  const speaker = await enter();
  const sender = await speaker.sendTransport();
  const producerId = await speaker.produce(stream);
  const hearers: MeetingClient[] = [];
  const receivers = [];
  for (let count = 0; count < join.consumers; count++) {
    const hearer = await enter();
    hearers.push(hearer);
    receivers.push(await hearer.receiveTransport());
    await hearer.consume([producerId]);
  }
  return {
    sender,
    receivers,
    close: () => undefined,
    leave: async () => {
      await Promise.all([speaker, ...hearers].map((client) => client.leave()));
      stopWatching();
    },
  };
}

async function measureNode(identity: DtlsIdentity): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const node = await startLocalNode({ name: 'forward', workers: 1, ip: '127.0.0.1' });
  try {
    const workerPids = childrenOf(node.pid);
    for (const [codec, createStream] of Object.entries(codecs)) {
      for (const [suiteName, suite] of Object.entries(suites)) {
        for (const consumers of consumerCounts) {
          const stream = createStream();
          const meeting = await openMeeting(node, stream, { suite, identity, consumers });
          const { allUs, workerUs } = await measure(meeting, stream, { pids: [node.pid, ...workerPids], workerPids });
          await meeting.leave();
          figures[`${codec}_${suiteName}_${consumers}_usPerPacket`] = allUs;
          figures[`${codec}_${suiteName}_${consumers}_workerOnlyUsPerPacket`] = workerUs;
        }
      }
    }
  } finally {
    await node.close();
  }
  return figures;
}

async function measureBare(identity: DtlsIdentity): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const [suiteName, suite] of Object.entries({ ...suites, none: 'none' as const })) {
    const worker = await startBareWorker({ suite, identity });
    try {
      for (const [codec, createStream] of Object.entries(codecs)) {
        for (const consumers of consumerCounts) {
          const stream = createStream();
          const fanOut = await worker.openFanOut(stream, consumers);
          const { allUs } = await measure(fanOut, stream, { pids: [worker.pid], workerPids: [worker.pid] });
          fanOut.close();
          figures[`${codec}_${suiteName}_${consumers}_bareMediasoupUsPerPacket`] = allUs;
        }
      }
    } finally {
      worker.close();
    }
  }
  return figures;
}

const identity = createDtlsIdentity();
try {
  const node = await measureNode(identity);
  const bare = await measureBare(identity);
  report(
    'forward',
    {
      usPerPacket: node['vp8_gcm_100_usPerPacket'] ?? Number.NaN,
      workerOnlyUsPerPacket: node['vp8_gcm_100_workerOnlyUsPerPacket'] ?? Number.NaN,
      bareMediasoupUsPerPacket: bare['vp8_gcm_100_bareMediasoupUsPerPacket'] ?? Number.NaN,
      ...node,
      ...bare,
    },
    { usPerPacket: '< 10' },
  );
} finally {
  identity.close();
}

/**
 * What one relay hop adds to a packet's way: the same voice packets are drained on the sender's node and on the other one, and the
 * difference of their arrivals is taken packet by packet. Both nodes are processes, on loopback: no network is in it.
 */
import { joinMeeting, watchRoom } from '../rtp/meeting-client.js';
import { createDtlsIdentity } from '../rtp/dtls-identity.js';
import { isRtp, sendPaced } from '../rtp/paced.js';
import { createOpusStream } from '../rtp/streams.js';
import type { TransportClient } from '../rtp/transport-client.js';
import { newMeetingId, placeMeeting } from '../process/local-meeting.js';
import { startLocalNode } from '../process/local-node.js';
import { percentile, type Figures } from '../report/figures.js';

const packetsPerSecond = 100;
const warmUpMs = 1_000;
const durationMs = 20_000;
const suite = 'AEAD_AES_256_GCM';

/** When each packet arrived, by its RTP timestamp: routers keep it, and each of these packets has its own. */
function arrivalsOf(transport: TransportClient): Map<number, number> {
  const arrivals = new Map<number, number>();
  transport.onMedia((datagram) => {
    if (isRtp(datagram)) arrivals.set(datagram.readUInt32BE(4), performance.now());
  });
  return arrivals;
}

export async function measurePackets(): Promise<Figures> {
  const identity = createDtlsIdentity();
  const nodes = await Promise.all([
    startLocalNode({ name: 'near', workers: 1, ip: '127.0.0.1' }),
    startLocalNode({ name: 'far', workers: 1, ip: '127.0.0.2' }),
  ]);
  try {
    const [near, far] = nodes;
    const meetingId = newMeetingId();
    await placeMeeting(meetingId, nodes);
    const stops = nodes.map((node) => watchRoom(node, meetingId));
    const speaker = await joinMeeting({ node: near, meetingId, suite, identity });
    const stream = createOpusStream();
    const sender = await speaker.sendTransport();
    const producerId = await speaker.produce(stream);
    const hearers = await Promise.all([near, far].map((node) => joinMeeting({ node, meetingId, suite, identity })));
    const [direct, relayed] = await Promise.all(hearers.map((hearer) => hearer.receiveTransport()));
    if (direct === undefined || relayed === undefined) throw new Error('a hearer is missing');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for (const hearer of hearers) await hearer.consume([producerId]);
    await sendPaced(sender, stream, { packetsPerSecond, durationMs: warmUpMs });
    const [directAt, relayedAt] = [arrivalsOf(direct), arrivalsOf(relayed)];
    const sent = await sendPaced(sender, stream, { packetsPerSecond, durationMs });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const added = [...directAt].flatMap(([timestamp, at]) => {
      const later = relayedAt.get(timestamp);
      return later === undefined ? [] : [later - at];
    });
    if (added.length < sent * 0.95) throw new Error(`of ${sent} packets only ${added.length} arrived at both`);
    await Promise.all([speaker, ...hearers].map((client) => client.leave()));
    for (const stop of stops) stop();
    return {
      addedP50Ms: percentile(added, 0.5),
      addedP95Ms: percentile(added, 0.95),
      addedP99Ms: percentile(added, 0.99),
      packets: added.length,
    };
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
    identity.close();
  }
}

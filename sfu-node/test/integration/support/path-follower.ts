/** Receives a producer as a client that follows `superseded` does: consumes it anew, and lets go of the old one when the new one flows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeLocal, type RelayMeeting } from './relay-meeting.js';
import type { RelayNode } from './relay-node.js';
import { consumeRtp, type RtpSink } from './rtp-sink.js';

export interface Follower {
  readonly name: string;
  packets(): number;
  /** For each time that it switched: from being told until the first packet by the new path, and whether the old one still flowed. */
  switches(): readonly { readonly tookMs: number; readonly overlapped: boolean }[];
  /** Between two packets, whichever way they came. */
  longestGapMs(): number;
  lastAtMs(): number;
}

export async function followPaths(meeting: RelayMeeting, node: RelayNode, producerId: string): Promise<Follower> {
  const arrivals: number[] = [];
  const switches: { tookMs: number; overlapped: boolean }[] = [];
  const stop = new AbortController();
  const receive = async (): Promise<RtpSink> => {
    const sink = await consumeRtp(await node.router(), await makeLocal(node, producerId));
    sink.consumer.on('rtp', () => {
      arrivals.push(performance.now());
    });
    return sink;
  };
  let current = await receive();
  node.relays.setDemand(producerId, 'Active');
  const follow = async (): Promise<void> => {
    let seen = 0;
    for (;;) {
      await sleep(5, undefined, { signal: stop.signal });
      if (node.superseded.length <= seen) continue;
      seen = node.superseded.length;
      const toldAtMs = performance.now();
      let next = await receive();
      while (next.packets.length === 0) {
        await sleep(2, undefined, { signal: stop.signal });
        if (next.consumer.closed) next = await receive();
      }
      const overlapped = !current.consumer.closed;
      switches.push({ tookMs: Math.round(performance.now() - toldAtMs), overlapped });
      current.close();
      current = next;
    }
  };
  const following = follow();
  meeting.onClose(async () => {
    stop.abort();
    await following.catch(() => undefined);
  });
  return {
    name: node.name,
    packets: () => arrivals.length,
    switches: () => switches,
    longestGapMs: () => {
      const until = [...arrivals.slice(1), performance.now()];
      return Math.round(Math.max(0, ...arrivals.map((at, index) => (until[index] ?? at) - at)));
    },
    lastAtMs: () => arrivals.at(-1) ?? 0,
  };
}

/** Sends a stream's packets at a steady rate for a while. Catches up when the timer was late, as an encoder's pacer would. */
import type { RtpStream } from './streams.js';
import type { TransportClient } from './transport-client.js';

export interface Pace {
  readonly packetsPerSecond: number;
  readonly durationMs: number;
}

const tickMs = 5;

/** @returns how many packets were sent. */
export async function sendPaced(
  transport: Pick<TransportClient, 'send'>,
  stream: RtpStream,
  pace: Pace,
): Promise<number> {
  const startMs = performance.now();
  let sent = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsedMs = Math.min(performance.now() - startMs, pace.durationMs);
      for (const due = Math.floor((elapsedMs / 1_000) * pace.packetsPerSecond); sent < due; sent++) {
        transport.send(stream.ssrc, stream.next());
      }
      if (elapsedMs < pace.durationMs) return;
      clearInterval(timer);
      resolve(sent);
    }, tickMs);
  });
}

const firstRtcpType = 64;
const lastRtcpType = 95;

/** Whether a datagram of a transport is RTP, and not RTCP (RFC 5761). */
export function isRtp(datagram: Buffer): boolean {
  const type = (datagram[1] ?? 0) & 0x7f;
  return type < firstRtcpType || type > lastRtcpType;
}

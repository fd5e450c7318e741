import type { types } from 'mediasoup';

/** What one local preference weighs in an ICE priority (RFC 8445, 5.1.2.1). */
const localPreferenceWeight = 256;

/**
 * The candidates that a client sees: one set for each announced address, in their order, at the port that the WebRtcServer
 * listens on. A node announces no address of its own: a meeting's placement carries them.
 * @param addresses empty: the addresses that are listened on.
 */
export function announceCandidates(
  listening: readonly types.IceCandidate[],
  addresses: readonly string[],
): types.IceCandidate[] {
  if (addresses.length === 0) return [...listening];
  return addresses.flatMap((address, index) =>
    listening.map((candidate) => ({
      ...candidate,
      ip: address,
      address,
      foundation: index === 0 ? candidate.foundation : `${candidate.foundation}${index}`,
      priority: candidate.priority - index * localPreferenceWeight,
    })),
  );
}

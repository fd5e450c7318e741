/**
 * What so many people of a meeting make a node carry, before it can be measured. What nodes report replaces it as soon as people
 * are there. Integers, so that sums over many meetings come back to what they were.
 */
import type { Load, NodeCapacity } from './load.js';

/** Those of one meeting who are on the node, and all of its people. */
export interface Share {
  readonly local: number;
  readonly total: number;
}

/** A voice and a picture. */
export const STREAMS_PER_SENDER = 2;
/** Of larger meetings so many send, or are shown and heard, at a time. */
export const MOST_SENDERS = 25;

/** Frames of 20 ms. */
const VOICE_PACKETS_PER_SECOND = 50;
/** Opus at 32 kbit/s, with the headers of RTP and SRTP. */
const VOICE_PACKET_BYTES = 110;
/** Who is silent sends comfort noise every 400 ms (RFC 6716, DTX). */
const SILENCE_PACKETS_PER_SECOND = 2.5;
const TALKERS = 2;

interface Picture {
  readonly packetsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** A picture of 518 kbit/s (640 × 360): what the SDK's ladder sends, in packets of 1,100 bytes. */
const LARGE_TILE: Picture = { packetsPerSecond: 60, bytesPerSecond: 66_000 };
/** 130 kbit/s (320 × 180): a packet a frame. */
const SMALL_TILE: Picture = { packetsPerSecond: 30, bytesPerSecond: 17_000 };
/** All three layers of a 720p camera, up to the node: 2,074 + 518 + 130 kbit/s. */
const SENT_PACKETS_PER_SECOND = 325;
/** In a window 1,280 pixels wide, up to nine tiles (one's own among them) are wider than 400 pixels, and get the middle layer. */
const MOST_LARGE_TILES = 8;

export function loadOfShare({ local, total }: Share): Load {
  if (local === 0) return { participants: 0, producers: 0, consumers: 0, packetsPerSecond: 0, bytesPerSecond: 0 };
  const senders = Math.min(total, MOST_SENDERS);
  const localSenders = (senders * local) / total;
  const shown = Math.min(total - 1, MOST_SENDERS);
  const tile = shown <= MOST_LARGE_TILES ? LARGE_TILE : SMALL_TILE;
  const talkers = Math.min(shown, TALKERS);
  const heardPackets = talkers * VOICE_PACKETS_PER_SECOND + (shown - talkers) * SILENCE_PACKETS_PER_SECOND;
  const receivedPackets = shown * tile.packetsPerSecond + heardPackets;
  const receivedBytes = shown * tile.bytesPerSecond + heardPackets * VOICE_PACKET_BYTES;
  // Where others are elsewhere, everything that is shown crosses a relay, with all layers. A hub's part is more, and seen in its reports.
  const relayedPackets = local < total ? senders * SENT_PACKETS_PER_SECOND + talkers * VOICE_PACKETS_PER_SECOND : 0;
  return {
    participants: local,
    producers: Math.round(localSenders * STREAMS_PER_SENDER),
    consumers: local * shown * STREAMS_PER_SENDER,
    packetsPerSecond: Math.round(
      local * receivedPackets + localSenders * (SENT_PACKETS_PER_SECOND + VOICE_PACKETS_PER_SECOND) + relayedPackets,
    ),
    bytesPerSecond: Math.round(local * receivedBytes),
  };
}

/**
 * Of people who are in the meeting already, and are to be elsewhere: as many as are on one node now have room on another of its kind, as
 * they cost less than is foreseen where that would be more than a node takes.
 */
export function loadOfPresent(capacity: NodeCapacity, { local, total }: Share): Load {
  const most = largestShare(capacity, total);
  return local <= most
    ? loadOfShare({ local, total })
    : { ...loadOfShare({ local: most, total }), participants: local };
}

/** Of a node's packets, for one meeting: it may send more than is foreseen, and there are others. */
const MOST_OF_NODE = 0.75;

/** People of one meeting whom signaling may send to a node without asking, up to `wanted`. */
export function shareToGrant(capacity: NodeCapacity, wanted: number): number {
  return largestShare({ ...capacity, packetsPerSecond: capacity.packetsPerSecond * MOST_OF_NODE }, wanted);
}

/** The most people of one meeting that an empty node takes, up to `wanted`. */
export function largestShare(capacity: NodeCapacity, wanted: number): number {
  const fits = (people: number): boolean => {
    const load = loadOfShare({ local: people, total: Math.max(people, wanted) });
    return (
      load.participants <= capacity.participants &&
      load.consumers <= capacity.consumers &&
      load.packetsPerSecond <= capacity.packetsPerSecond &&
      load.bytesPerSecond <= capacity.bytesPerSecond
    );
  };
  let [low, high] = [1, Math.max(1, Math.min(wanted, capacity.participants))];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

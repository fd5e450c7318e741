/** getStats' reports as typed values (W3C Identifiers for WebRTC's Statistics API). */

export interface InboundStats {
  readonly trackId: string;
  readonly kind: string;
  readonly mimeType: string;
  readonly packets: number;
  readonly packetsLost: number;
  readonly bytes: number;
  readonly jitterMs: number;
  readonly framesDecoded: number;
  readonly framesPerSecond: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly freezeMs: number;
  /** Grows while something is heard. */
  readonly audioEnergy: number;
}

export interface OutboundStats {
  readonly mid: string;
  /** Of a simulcast layer. */
  readonly rid: string | undefined;
  readonly mimeType: string;
  readonly packets: number;
  readonly bytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly framesPerSecond: number;
  /** What the node said of it in its receiver reports. */
  readonly packetsLost: number;
}

/** How a transport reaches its node. */
export interface ConnectionPath {
  /** relayed: over a TURN server. */
  readonly kind: 'direct' | 'relayed';
  /** From the browser: to the node, or to the TURN server. */
  readonly protocol: 'udp' | 'tcp' | 'tls';
  /** As the ICE server's `urls` has it; of relayed paths. */
  readonly turnUrl: string | undefined;
}

export interface TransportStats {
  readonly inbound: readonly InboundStats[];
  readonly outbound: readonly OutboundStats[];
  readonly roundTripMs: number | undefined;
  /** Undefined until it is connected. */
  readonly path: ConnectionPath | undefined;
  /** Of every TURN server that it could use by now. */
  readonly turnUrls: readonly string[];
}

type Stat = Readonly<Record<string, unknown>>;

function numberOf(stat: Stat | undefined, key: string): number {
  const value = stat?.[key];
  return typeof value === 'number' ? value : 0;
}

function textOf(stat: Stat | undefined, key: string): string {
  const value = stat?.[key];
  return typeof value === 'string' ? value : '';
}

export function readStats(report: RTCStatsReport): TransportStats {
  const byId = new Map<string, Stat>();
  report.forEach((stat: unknown, id) => byId.set(id, stat as Stat));
  const stats = [...byId.values()];
  const ofType = (type: string): Stat[] => stats.filter((stat) => stat['type'] === type);
  const mimeTypeOf = (stat: Stat): string => textOf(byId.get(textOf(stat, 'codecId')), 'mimeType');
  const pairs = ofType('candidate-pair').filter((stat) => stat['nominated'] === true && stat['state'] === 'succeeded');
  // After an ICE restart the pair before it is still told of, as nominated too.
  const selected = ofType('transport').map((stat) => textOf(stat, 'selectedCandidatePairId'));
  const pair = pairs.find((stat) => selected.includes(textOf(stat, 'id'))) ?? pairs.at(-1);
  const roundTrip = pair?.['currentRoundTripTime'];
  return {
    inbound: ofType('inbound-rtp').map((stat) => ({
      trackId: textOf(stat, 'trackIdentifier'),
      kind: textOf(stat, 'kind'),
      mimeType: mimeTypeOf(stat),
      packets: numberOf(stat, 'packetsReceived'),
      packetsLost: numberOf(stat, 'packetsLost'),
      bytes: numberOf(stat, 'bytesReceived'),
      jitterMs: numberOf(stat, 'jitter') * 1000,
      framesDecoded: numberOf(stat, 'framesDecoded'),
      framesPerSecond: numberOf(stat, 'framesPerSecond'),
      widthPx: numberOf(stat, 'frameWidth'),
      heightPx: numberOf(stat, 'frameHeight'),
      freezeMs: numberOf(stat, 'totalFreezesDuration') * 1000,
      audioEnergy: numberOf(stat, 'totalAudioEnergy'),
    })),
    outbound: ofType('outbound-rtp').map((stat) => ({
      mid: textOf(stat, 'mid'),
      rid: textOf(stat, 'rid') || undefined,
      mimeType: mimeTypeOf(stat),
      packets: numberOf(stat, 'packetsSent'),
      bytes: numberOf(stat, 'bytesSent'),
      widthPx: numberOf(stat, 'frameWidth'),
      heightPx: numberOf(stat, 'frameHeight'),
      framesPerSecond: numberOf(stat, 'framesPerSecond'),
      packetsLost: numberOf(byId.get(textOf(stat, 'remoteId')), 'packetsLost'),
    })),
    roundTripMs: typeof roundTrip === 'number' ? roundTrip * 1000 : undefined,
    path: pair && pathOf(byId.get(textOf(pair, 'localCandidateId'))),
    turnUrls: ofType('local-candidate')
      .filter(isRelayed)
      .map((stat) => textOf(stat, 'url'))
      .filter((url) => url !== ''),
  };
}

function pathOf(local: Stat | undefined): ConnectionPath | undefined {
  if (local === undefined) return undefined;
  const relayed = isRelayed(local);
  const protocol = textOf(local, relayed ? 'relayProtocol' : 'protocol');
  return {
    kind: relayed ? 'relayed' : 'direct',
    protocol: protocol === 'tcp' || protocol === 'tls' ? protocol : 'udp',
    turnUrl: relayed ? textOf(local, 'url') || undefined : undefined,
  };
}

/** Where addresses are translated between TURN server and node, the candidate of a relayed path is a peer-reflexive one. */
function isRelayed(local: Stat): boolean {
  return textOf(local, 'candidateType') === 'relay' || textOf(local, 'relayProtocol') !== '';
}

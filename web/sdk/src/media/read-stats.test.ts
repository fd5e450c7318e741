import { describe, expect, test } from 'vitest';
import { readStats } from './read-stats.js';

type Stat = Readonly<Record<string, unknown>>;
const pair = (id: string, local: string): Stat => ({
  ...{ id, type: 'candidate-pair', nominated: true, state: 'succeeded', localCandidateId: local },
  currentRoundTripTime: 0.02,
});
const direct: Stat = { id: 'L1', type: 'local-candidate', candidateType: 'host', protocol: 'udp' };
const relayed = (id: string, url: string, relayProtocol = 'tcp'): Stat => ({
  ...{ id, type: 'local-candidate', candidateType: 'relay', protocol: 'udp', relayProtocol, url },
});
const reportOf = (...stats: readonly Stat[]): RTCStatsReport =>
  new Map(stats.map((stat) => [stat['id'], stat])) as unknown as RTCStatsReport;

describe('the path of a transport', () => {
  test('is not there until it is connected', () => {
    expect(readStats(reportOf(direct))).toMatchObject({ path: undefined, roundTripMs: undefined, turnUrls: [] });
  });

  test('is direct, though there is a TURN server that could be used', () => {
    const stats = readStats(reportOf(direct, relayed('L2', 'turn:a:3478?transport=tcp'), pair('P', 'L1')));
    expect(stats.path).toEqual({ kind: 'direct', protocol: 'udp', turnUrl: undefined });
    expect(stats.turnUrls).toEqual(['turn:a:3478?transport=tcp']);
    expect(stats.roundTripMs).toBe(20);
  });

  test('is relayed also where the node sees another address than the TURN server’s', () => {
    const reflexive = { ...relayed('L2', 'turn:a:3478?transport=tcp'), candidateType: 'prflx' };
    const { path, turnUrls } = readStats(reportOf(reflexive, pair('P', 'L2')));
    expect(path).toEqual({ kind: 'relayed', protocol: 'tcp', turnUrl: 'turn:a:3478?transport=tcp' });
    expect(turnUrls).toEqual(['turn:a:3478?transport=tcp']);
  });

  test('is relayed, by the protocol that the browser speaks with the TURN server', () => {
    const { path } = readStats(reportOf(relayed('L2', 'turns:a:443?transport=tcp', 'tls'), pair('P', 'L2')));
    expect(path).toEqual({ kind: 'relayed', protocol: 'tls', turnUrl: 'turns:a:443?transport=tcp' });
  });

  test('is the selected one after an ICE restart, when the one before is still told of', () => {
    const transport = { id: 'T', type: 'transport', selectedCandidatePairId: 'P2' };
    const before = [relayed('L1', 'turn:a:3478?transport=tcp'), pair('P1', 'L1')];
    const after = [relayed('L2', 'turn:b:3478?transport=tcp'), pair('P2', 'L2')];
    expect(readStats(reportOf(...after, ...before, transport)).path?.turnUrl).toBe('turn:b:3478?transport=tcp');
  });
});

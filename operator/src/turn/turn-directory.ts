/** Dials every TURN server's agent, tells it the peers, and knows in memory what each reports. */
import type { WatchTurnLoadResponse } from '@parley/proto/gen/parley/v1/turn_pb.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Logger } from 'pino';
import type { TurnPeers } from '../core/turn/turn-peers.js';
import { TURN_GRPC_PORT } from '../core/turn/turn-names.js';
import type { Clock } from '../kube/clock.js';
import { objectKey } from '../kube/kube-resource.js';
import type { KeySource, ObjectCache } from '../kube/object-cache.js';
import { addressOfPod, isOver } from '../resources/pod-address.js';
import type { NodePod } from '../resources/pod-resource.js';
import { createTurnLink, type TurnLink } from './turn-link.js';

export type TurnReport = Pick<
  WatchTurnLoadResponse,
  'allocations' | 'complete' | 'ingressBytesPerSecond' | 'egressBytesPerSecond' | 'peersVersion'
>;

export interface TurnDirectory {
  isLive(server: string): boolean;
  /** The last one, also of a server that is lost. */
  report(server: string): TurnReport | undefined;
  /** A server has come, was lost, was told its first peers, or has reported another load. */
  subscribe(listener: (server: string, change: 'State' | 'Load') => void): () => void;
  close(): Promise<void>;
}

export interface TurnDirectoryDeps {
  readonly pods: ObjectCache<NodePod>;
  readonly changes: KeySource;
  readonly peers: { current(): TurnPeers; subscribe(listener: () => void): () => void };
  readonly credentials: RpcCredentials;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

interface Entry {
  readonly link: TurnLink;
  readonly address: string;
  live: boolean;
  report: TurnReport | undefined;
}

export function createTurnDirectory(deps: TurnDirectoryDeps): TurnDirectory {
  const entries = new Map<string, Entry>();
  const listeners = new Set<(server: string, change: 'State' | 'Load') => void>();
  const closing = new Set<Promise<void>>();

  const tell = (server: string, change: 'State' | 'Load'): void => {
    for (const listener of listeners) listener(server, change);
  };
  const take = (server: string, report: WatchTurnLoadResponse): void => {
    const entry = entries.get(server);
    if (entry === undefined) return;
    const isNews = !entry.live || (entry.report?.peersVersion ?? '') === '';
    entry.live = true;
    entry.report = report;
    tell(server, isNews ? 'State' : 'Load');
  };
  const lose = (server: string): void => {
    const entry = entries.get(server);
    if (entry?.live !== true) return;
    entry.live = false;
    tell(server, 'State');
  };
  const forget = (server: string, { link }: Entry): void => {
    entries.delete(server);
    const closed = link.close();
    closing.add(closed);
    void closed.finally(() => closing.delete(closed));
  };
  const sync = (server: string): void => {
    const pod = deps.pods.get(server);
    const address = pod === undefined ? '' : addressOf(pod);
    const entry = entries.get(server);
    if (entry !== undefined && entry.address !== address) forget(server, entry);
    if (address === '' || entries.has(server)) return;
    const link = createTurnLink({
      ...deps,
      ...{ address, log: deps.log.child({ server }), peers: () => deps.peers.current() },
      onReport: (report) => take(server, report),
      onLost: () => lose(server),
    });
    entries.set(server, { link, address, live: false, report: undefined });
  };
  const unsubscribe = [
    deps.changes.subscribe(sync),
    deps.peers.subscribe(() => {
      for (const { link } of entries.values()) link.peersChanged();
    }),
  ];
  for (const pod of deps.pods.values()) sync(objectKey(pod.metadata));

  return {
    isLive: (server) => entries.get(server)?.live === true,
    report: (server) => entries.get(server)?.report,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      for (const end of unsubscribe) end();
      listeners.clear();
      for (const [server, entry] of [...entries]) forget(server, entry);
      await Promise.all(closing);
    },
  };
}

/** Empty: it can't be dialled. */
function addressOf(pod: NodePod): string {
  return isOver(pod) ? '' : addressOfPod(pod, TURN_GRPC_PORT);
}

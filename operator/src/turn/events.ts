/** What makes a pool's TURN servers be looked at again: the pool, their pods and hosts, their agents, and the operator's authorities. */
import type { KeySource } from '../kube/object-cache.js';
import { turnPoolKeyOf, type OperatorCaches } from '../resources/caches.js';
import type { TurnDirectory } from './turn-directory.js';

export interface TurnEventsDeps {
  readonly caches: OperatorCaches;
  readonly turnDirectory: TurnDirectory;
  readonly enqueue: (poolKey: string) => void;
}

export function turnSources({ pools }: OperatorCaches): readonly KeySource[] {
  return [pools.changes];
}

/** Returns what ends it. Loads are looked at when the controller comes again by itself: they scale slowly. */
export function followTurnEvents({ caches, turnDirectory, enqueue }: TurnEventsDeps): () => void {
  const enqueuePoolOf = (server: string): void => {
    const pod = caches.turnPods.cache.get(server);
    if (pod !== undefined) enqueue(turnPoolKeyOf(pod));
  };
  const unsubscribe = [
    caches.turnPods.changesOf('pool').subscribe(enqueue),
    caches.hosts.changes.subscribe((host) => {
      for (const pod of caches.turnPods.cache.byIndex('host', host)) enqueue(turnPoolKeyOf(pod));
    }),
    caches.secrets.changes.subscribe(() => {
      for (const pod of caches.turnPods.cache.values()) enqueue(turnPoolKeyOf(pod));
    }),
    turnDirectory.subscribe((server, change) => {
      if (change === 'State') enqueuePoolOf(server);
    }),
  ];
  return () => {
    for (const end of unsubscribe) end();
  };
}

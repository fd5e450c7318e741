/** Which meetings were told to leave which nodes. Only the leader's memory holds it: a new leader tells them again. */
import type { Departure } from '../core/pool/world.js';
import { nodeKey, nodeNameOf } from '../meetings/meeting-store.js';

export interface Departures {
  get(node: string, meetingId: string): Departure | undefined;
  /** By name of the node. */
  of(namespace: string, meetingId: string): ReadonlyMap<string, Departure>;
  /** @param uid of the pod: another pod of the same name begins anew. */
  migrate(node: NodePodRef, meetingIds: readonly string[]): void;
  /** All meetings of the node, whichever they are. */
  reconnect(node: NodePodRef): void;
  /** Forgets what was told to another pod of the node; everything, where there is no pod. */
  keepOnly(node: string, uid: string | undefined): void;
}

/** A node's key (`namespace/name`) and its pod. */
export interface NodePodRef {
  readonly node: string;
  readonly uid: string;
}

interface Entry {
  readonly uid: string;
  readonly migrating: Set<string>;
  reconnecting: boolean;
}

export function createDepartures(): Departures {
  const entries = new Map<string, Entry>();

  const get = (node: string, meetingId: string): Departure | undefined => {
    const entry = entries.get(node);
    if (entry?.reconnecting === true) return 'Reconnect';
    return entry?.migrating.has(meetingId) === true ? 'Migrate' : undefined;
  };
  const entryOf = ({ node, uid }: NodePodRef): Entry => {
    const known = entries.get(node);
    if (known?.uid === uid) return known;
    const entry = { uid, migrating: new Set<string>(), reconnecting: false };
    entries.set(node, entry);
    return entry;
  };

  return {
    get,
    of: (namespace, meetingId) => {
      const departures = new Map<string, Departure>();
      for (const node of entries.keys()) {
        const departure = node === nodeKey(namespace, nodeNameOf(node)) ? get(node, meetingId) : undefined;
        if (departure !== undefined) departures.set(nodeNameOf(node), departure);
      }
      return departures;
    },
    migrate: (ref, meetingIds) => {
      const { migrating } = entryOf(ref);
      for (const id of meetingIds) migrating.add(id);
    },
    reconnect: (ref) => {
      entryOf(ref).reconnecting = true;
    },
    keepOnly: (node, uid) => {
      if (entries.get(node)?.uid !== uid) entries.delete(node);
    },
  };
}

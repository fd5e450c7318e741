/** Nodes that get no new meetings, since when. Only the leader's memory holds it: a new leader decides anew. */
export interface ClosingNodes {
  /** @param uid of the pod: a new pod of the same name isn't closing. */
  since(node: string, uid: string): number | undefined;
  close(node: string, uid: string, nowMs: number): void;
  reopen(node: string): void;
  /** Calls `listener` with a node that was closed or reopened. */
  onChange(listener: (node: string) => void): () => void;
}

export function createClosingNodes(): ClosingNodes {
  const listeners = new Set<(node: string) => void>();
  const tell = (node: string): void => {
    for (const listener of listeners) listener(node);
  };
  const closing = new Map<string, { readonly uid: string; readonly sinceMs: number }>();
  return {
    since: (node, uid) => {
      const entry = closing.get(node);
      return entry?.uid === uid ? entry.sinceMs : undefined;
    },
    close: (node, uid, nowMs) => {
      closing.set(node, { uid, sinceMs: nowMs });
      tell(node);
    },
    reopen: (node) => {
      closing.delete(node);
      tell(node);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

import type { Overlay } from '../kube/overlay.js';
import { objectKey } from '../kube/kube-resource.js';
import { isToGo } from '../pools/pod-drain.js';
import type { NodePod } from '../resources/pod-resource.js';

/** Nodes that are to go, as their pods say: also those of which that was written only just now. */
export interface DrainingNodes {
  /** @param node its key. */
  has(node: string): boolean;
  /** After a drain was written, or taken away: what the API server returned. */
  noteWritten(pod: NodePod): void;
  /** Calls `listener` with a node of which something was written. */
  onWritten(listener: (node: string) => void): () => void;
}

export function createDrainingNodes(pods: Pick<Overlay<NodePod>, 'get' | 'recordWritten'>): DrainingNodes {
  const listeners = new Set<(node: string) => void>();
  return {
    has: (node) => {
      const pod = pods.get(node);
      return pod !== undefined && isToGo(pod);
    },
    noteWritten: (pod) => {
      pods.recordWritten(pod);
      for (const listener of listeners) listener(objectKey(pod.metadata));
    },
    onWritten: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

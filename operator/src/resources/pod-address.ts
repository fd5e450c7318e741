/** Where a pod's gRPC server is dialled. */

interface DialledPod {
  readonly status: { readonly phase: string; readonly podIP?: string | undefined };
}

/** It runs no more, and never will again. */
export function isOver({ status }: DialledPod): boolean {
  return status.phase === 'Failed' || status.phase === 'Succeeded';
}

/** host:port; empty: it has no address yet. */
export function addressOfPod({ status: { podIP } }: DialledPod, port: number): string {
  if (podIP === undefined) return '';
  return `${podIP.includes(':') ? `[${podIP}]` : podIP}:${String(port)}`;
}

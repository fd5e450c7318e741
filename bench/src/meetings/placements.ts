/** Tells when Meetings become Placed, as a watch sees it. */
import { meetingsPath } from '../process/local-cluster.js';
import type { KubeApi } from '../process/kube-api.js';

export interface Placements {
  /** Resolves with performance.now() of when it was seen Placed. */
  placed(name: string): Promise<number>;
  stop(): void;
}

const patienceMs = 180_000;

export async function watchPlacements(api: KubeApi, namespace: string): Promise<Placements> {
  const waiting = new Map<string, (atMs: number) => void>();
  const seen = new Map<string, number>();
  const last = new Map<string, unknown>();
  const stop = await api.watch(meetingsPath(namespace), ({ metadata, status }) => {
    if (seen.has(metadata.name)) return;
    if (status?.['placements'] === undefined || status['phase'] === 'Pending') {
      last.set(metadata.name, status);
      return;
    }
    const atMs = performance.now();
    last.delete(metadata.name);
    seen.set(metadata.name, atMs);
    waiting.get(metadata.name)?.(atMs);
  });
  return {
    stop,
    placed: (name) =>
      new Promise((resolve, reject) => {
        const atMs = seen.get(name);
        if (atMs !== undefined) {
          resolve(atMs);
          return;
        }
        const timer = setTimeout(
          () => reject(new Error(`${name} was not placed in time: ${JSON.stringify(last.get(name))}`)),
          patienceMs,
        );
        waiting.set(name, (placedAtMs) => {
          clearTimeout(timer);
          waiting.delete(name);
          resolve(placedAtMs);
        });
      }),
  };
}

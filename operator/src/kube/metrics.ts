import type { Registry } from 'prom-client';

/** The runtime's metrics, in the registry that it was given. */
export interface KubeMetrics {
  readonly registry: Registry;
}

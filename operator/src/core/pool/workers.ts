import type { SFUPoolSpec } from '@parley/crds/sfu-pool.js';

const MAX_WORKERS = 64;

/** mediasoup workers of a node: as asked, else the CPU limit rounded up, else the CPU request, else 1. */
export function workersOf(spec: Pick<SFUPoolSpec, 'workers' | 'template'>): number {
  const { resources } = spec.template;
  const cpu = spec.workers ?? coresOf(resources?.limits?.['cpu']) ?? coresOf(resources?.requests?.['cpu']) ?? 1;
  return Math.min(MAX_WORKERS, Math.max(1, Math.ceil(cpu)));
}

/** Kubernetes' quantities of CPU: `2`, `1.5`, `500m`. */
function coresOf(quantity: number | string | undefined): number | undefined {
  const [, digits, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(String(quantity ?? '')) ?? [];
  if (digits === undefined) return undefined;
  return milli === 'm' ? Number(digits) / 1000 : Number(digits);
}

import { z } from 'zod';
import type { LeaseRecord } from '../core/lease/plan-lease.js';
import type { KubeClient, KubeRequest } from './kube-client.js';
import { KubeError } from './kube-error.js';
import { resourcePath } from './kube-resource.js';

/** The Lease object, read and written with optimistic locking. Throws KubeError. */
export interface LeaseStore {
  read(options: LeaseRequestOptions): Promise<VersionedLease | undefined>;
  create(record: LeaseRecord, options: LeaseRequestOptions): Promise<VersionedLease>;
  /** Fails with `Conflict` if the Lease is no longer the version that was read. */
  replace(record: LeaseRecord, version: string, options: LeaseRequestOptions): Promise<VersionedLease>;
}

export interface VersionedLease {
  readonly record: LeaseRecord;
  readonly version: string;
}

export interface LeaseRequestOptions {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

export interface LeaseStoreDeps {
  readonly client: Pick<KubeClient, 'request'>;
  readonly namespace: string;
  readonly name: string;
  readonly nowMs: () => number;
}

const LEASES = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
} as const;

const leaseSchema = z.object({
  metadata: z.object({ resourceVersion: z.string().min(1) }),
  spec: z
    .object({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.number().nullish(),
      leaseTransitions: z.number().nullish(),
    })
    .optional(),
});

export function createLeaseStore(deps: LeaseStoreDeps): LeaseStore {
  const { client, namespace, name } = deps;
  const collection = resourcePath(LEASES, { namespace });
  const path = resourcePath(LEASES, { namespace, name });
  const send = async (request: KubeRequest, options: LeaseRequestOptions): Promise<VersionedLease> =>
    parseLease(await client.request({ ...request, ...options, urgent: true }));
  const bodyOf = (record: LeaseRecord, version?: string): unknown => ({
    apiVersion: LEASES.apiVersion,
    kind: LEASES.kind,
    metadata: { name, namespace, resourceVersion: version },
    spec: {
      holderIdentity: record.holder ?? '',
      leaseDurationSeconds: Math.ceil(record.durationMs / 1000),
      leaseTransitions: record.transitions,
      renewTime: microTime(deps.nowMs()),
    },
  });

  return {
    read: async (options) => {
      try {
        return await send({ method: 'GET', path }, options);
      } catch (error) {
        if (error instanceof KubeError && error.code === 'NotFound') return undefined;
        throw error;
      }
    },
    create: (record, options) => send({ method: 'POST', path: collection, body: bodyOf(record) }, options),
    replace: (record, version, options) => send({ method: 'PUT', path, body: bodyOf(record, version) }, options),
  };
}

function parseLease(json: unknown): VersionedLease {
  const parsed = leaseSchema.safeParse(json);
  if (!parsed.success) throw new KubeError('Unparsable', 'the Lease could not be read', { cause: parsed.error });
  const { metadata, spec } = parsed.data;
  const holder = spec?.holderIdentity ?? '';
  return {
    version: metadata.resourceVersion,
    record: {
      holder: holder === '' ? undefined : holder,
      durationMs: (spec?.leaseDurationSeconds ?? 0) * 1000,
      transitions: spec?.leaseTransitions ?? 0,
    },
  };
}

/** The API's MicroTime. */
export function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}

import { CERTIFICATE_ANNOTATION } from '@parley/crds/labels.js';
import { expect, it } from 'vitest';
import type { CertificateFacts } from '../core/certificates/plan.js';
import type { ObjectWriter } from '../kube/apply.js';
import { createFakeClock } from '../kube/testing/fake-clock.js';
import type { NodePod } from '../resources/pod-resource.js';
import { createNodeCertificates } from './node-certificates.js';

const facts: CertificateFacts = { issuer: 'ca', bundle: 'ca', notBeforeMs: 0, notAfterMs: 1 };

function aPod(index: number, { ready = true }: { readonly ready?: boolean } = {}): NodePod {
  return {
    metadata: {
      name: `eu-${String(index)}`,
      namespace: 'default',
      uid: `pod-${String(index)}`,
      resourceVersion: '1',
      creationTimestamp: '2020-01-01T00:00:00Z',
      labels: {},
      annotations: {},
    },
    spec: {},
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [],
    },
  };
}

function certificates() {
  const read: string[] = [];
  const clock = createFakeClock();
  const get = ((_: unknown, { name }: { readonly name: string }) => {
    read.push(name);
    const annotations = { [CERTIFICATE_ANNOTATION]: JSON.stringify(facts) };
    return Promise.resolve({ metadata: { annotations }, data: {} });
  }) as unknown as ObjectWriter['get'];
  const issuer = {
    authorities: () => ({ all: [], signing: 'ca' }),
    issue: () => Promise.resolve(undefined),
    stateOf: (known: CertificateFacts | undefined) =>
      known === undefined ? 'CertificateMissing' : 'CertificateExpiring',
  } as unknown as Parameters<typeof createNodeCertificates>[1];
  return { read, clock, certificates: createNodeCertificates({ get }, issuer, clock) };
}

const { signal } = new AbortController();

it('reads the certificates of nodes that are ready little by little, until all are known', async () => {
  const { read, clock, certificates: known } = certificates();
  const pods = Array.from({ length: 200 }, (_, index) => aPod(index));
  const first = await known.observe(pods, signal);
  expect(read).toHaveLength(50);
  expect(first.certificates.filter(({ state }) => state === 'CertificateExpiring')).toHaveLength(50);
  expect(first.certificates.filter(({ state }) => state === 'Current')).toHaveLength(150);
  for (let left: number | undefined = first.againAfterMs; left !== undefined;) {
    await clock.advance(left);
    left = (await known.observe(pods, signal)).againAfterMs;
  }
  expect(new Set(read).size).toBe(200);
  expect(read).toHaveLength(200);
  expect((await known.observe(pods, signal)).certificates.every(({ state }) => state === 'CertificateExpiring')).toBe(
    true,
  );
});

it('reads that of a node that is not ready at once: it may wait for it', async () => {
  const { read, certificates: known } = certificates();
  const pods = [
    ...Array.from({ length: 60 }, (_, index) => aPod(index)),
    ...Array.from({ length: 60 }, (_, index) => aPod(100 + index, { ready: false })),
  ];
  await known.observe(pods, signal);
  expect(read.filter((name) => name.length > 'eu-99-tls'.length)).toHaveLength(60);
  expect(read).toHaveLength(110);
});

it('goes by what it read before, until it may read again', async () => {
  const { read, clock, certificates: known } = certificates();
  const pods = Array.from({ length: 50 }, (_, index) => aPod(index));
  const more = Array.from({ length: 10 }, (_, index) => aPod(100 + index));
  await known.observe(pods, signal);
  await clock.advance(600_000);
  await known.observe([...more, ...pods], signal);
  expect(read).toHaveLength(100);
  const { certificates: observed } = await known.observe([...more, ...pods], signal);
  expect(observed.every(({ state }) => state === 'CertificateExpiring')).toBe(true);
});

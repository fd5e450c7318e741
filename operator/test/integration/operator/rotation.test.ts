/** Authorities and certificates over the years: at each step every part must believe every other, also one that has not read its new files yet. */
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/kube/clock.js';
import type { Operator } from '../../../src/operator.js';
import { eventually, type KubeJson } from './cluster-client.js';
import { createTestBed, OWN_NAMESPACE, type TestBed } from './test-bed.js';

const DAY_MS = 86_400_000;
const secrets = (namespace: string): string => `/api/v1/namespaces/${namespace}/secrets`;

let bed: TestBed;
let operator: Operator | undefined;
beforeAll(async () => {
  bed = await createTestBed();
  await bed.createHost('host-a');
});
afterAll(() => bed.close());

/** What a part has mounted. */
interface Files {
  readonly certificate: X509Certificate;
  readonly bundle: readonly X509Certificate[];
}

async function filesOf(path: string): Promise<Files> {
  const data = (await bed.cluster.get(path))?.['data'] as Record<string, string> | undefined;
  const text = (key: string): string => Buffer.from(data?.[key] ?? '', 'base64').toString();
  const bundle = text('ca.crt').match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
  return { certificate: new X509Certificate(text('tls.crt')), bundle: bundle.map((pem) => new X509Certificate(pem)) };
}

interface Parts {
  readonly node: Files;
  readonly signaling: Files;
}

/** The operator as it is so many days from now, once it has looked after everything. */
async function partsAfter(days: number, isDone: (parts: Parts) => boolean): Promise<Parts> {
  await operator?.close();
  operator = bed.startOperator({ clock: { ...systemClock, nowMs: () => Date.now() + days * DAY_MS } });
  return eventually(async () => {
    const tls = (await bed.cluster.list(secrets('default'))).find(({ metadata }) => metadata.name.includes('eu-0'));
    const parts: Parts = {
      node: await filesOf(`${secrets('default')}/${(tls as KubeJson).metadata.name}`),
      signaling: await filesOf(`${secrets(OWN_NAMESPACE)}/parley-signaling-tls`),
    };
    expect(isDone(parts)).toBe(true);
    return parts;
  }, 20_000);
}

function believes(who: Files, other: Files): boolean {
  return who.bundle.some((authority) => other.certificate.verify(authority.publicKey));
}

/** In both directions, with each part's files of before and of now. */
function expectTrust(before: Parts, now: Parts): void {
  for (const node of [before.node, now.node])
    for (const signaling of [before.signaling, now.signaling])
      expect([believes(node, signaling), believes(signaling, node)]).toEqual([true, true]);
}

const bundlesOf = ({ node, signaling }: Parts): number[] => [node.bundle.length, signaling.bundle.length];
const both = (parts: Parts, holds: (files: Files) => boolean): boolean => holds(parts.node) && holds(parts.signaling);

test('certificates are renewed before they end, and a new authority is believed by all before it signs', async () => {
  await bed.createPool('eu', { region: 'eu', replicas: 1 });
  const first = await partsAfter(0, () => true);
  expect(bundlesOf(first)).toEqual([1, 1]);

  const renewed = await partsAfter(21, (parts) =>
    both(parts, ({ certificate }) => certificate.validToDate > first.node.certificate.validToDate),
  );
  expect(bundlesOf(renewed)).toEqual([1, 1]);
  expectTrust(first, renewed);

  const added = await partsAfter(490, (parts) => both(parts, ({ bundle }) => bundle.length === 2));
  expectTrust(renewed, added);
  const [old, next] = added.node.bundle as [X509Certificate, X509Certificate];
  expect(both(added, ({ certificate }) => certificate.verify(old.publicKey))).toBe(true);

  const promoted = await partsAfter(492, (parts) =>
    both(parts, ({ certificate }) => certificate.verify(next.publicKey)),
  );
  expectTrust(added, promoted);

  const alone = await partsAfter(731, (parts) => both(parts, ({ bundle }) => bundle.length === 1));
  expect(alone.node.bundle[0]?.fingerprint256).toBe(next.fingerprint256);
  expectTrust(promoted, alone);
}, 120_000);

import { format } from 'prettier';
import { describe, expect, test } from 'vitest';
import type { SFUPoolSpec } from '@parley/crds/sfu-pool.js';
import { aPool } from '../testing/builders.js';
import { buildDisruptionBudget } from './disruption-budget.js';
import { buildNodePod, revisionOf, type NodePodInput } from './node-pod.js';

const defaultImage = { name: 'parley/sfu-node:0.1.0', pullPolicy: 'IfNotPresent' as const };
const input = (spec: Partial<SFUPoolSpec> = {}): NodePodInput => {
  const pool = aPool(spec);
  return { pool: pool.metadata, spec: pool.spec, defaultImage, node: 'eu-0' };
};
/** As the formatter leaves it. */
const json = (value: unknown): Promise<string> => format(JSON.stringify(value), { parser: 'json', printWidth: 120 });

describe('what a pool is made of', () => {
  test('the pod of a node with defaults', async () => {
    await expect(await json(buildNodePod(input()))).toMatchFileSnapshot('__golden__/node-pod.json');
  });

  test('the pod of a node with everything set, on the host’s network', async () => {
    const spec = {
      workers: 2,
      capacity: { participants: 50, consumers: 900 },
      networking: { mode: 'HostNetwork' as const, rtcPort: 30_000, relayPorts: { first: 31_000, last: 31_500 } },
      template: {
        labels: { team: 'video' },
        annotations: { note: 'x' },
        image: 'example/sfu:1',
        imagePullSecrets: [{ name: 'pull' }],
        env: [
          { name: 'MAX_ROOMS', value: '10' },
          { name: 'WORKERS', value: '99' },
        ],
        resources: { requests: { cpu: 2, memory: '1Gi' }, limits: { cpu: '2500m' } },
        nodeSelector: { media: 'yes' },
        tolerations: [{ key: 'media', operator: 'Exists' as const }],
        affinity: { nodeAffinity: {} },
        priorityClassName: 'calls',
        terminationGracePeriodSeconds: 60,
      },
    };
    await expect(await json(buildNodePod(input(spec)))).toMatchFileSnapshot('__golden__/node-pod-everything.json');
  });

  test('the disruption budget', async () => {
    await expect(await json(buildDisruptionBudget(aPool().metadata))).toMatchFileSnapshot(
      '__golden__/disruption-budget.json',
    );
  });
});

describe('the revision', () => {
  test('is that of the template, whatever the node', () => {
    expect(buildNodePod(input()).metadata?.labels?.['parley.dev/revision']).toBe(revisionOf(input()));
    expect(buildNodePod({ ...input(), node: 'eu-7' }).metadata?.labels).toMatchObject({
      'parley.dev/revision': revisionOf(input()),
    });
  });

  test.each([
    ['the image of the operator', { ...input(), defaultImage: { ...defaultImage, name: 'parley/sfu-node:0.2.0' } }],
    ['capacity', input({ capacity: { participants: 1, consumers: 1 } })],
    [
      'ports',
      input({ networking: { mode: 'HostPort', rtcPort: 50_000, relayPorts: { first: 41_000, last: 41_999 } } }),
    ],
    ['a label', input({ template: { labels: { a: 'b' }, terminationGracePeriodSeconds: 30 } })],
  ])('changes with %s', (_, changed) => {
    expect(revisionOf(changed)).not.toBe(revisionOf(input()));
  });

  test('does not change with the number of nodes', () => {
    expect(revisionOf(input({ replicas: 9 }))).toBe(revisionOf(input()));
  });
});

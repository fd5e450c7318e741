import { expect, test } from 'vitest';
import { aDrain, NOW_MS } from '../core/testing/builders.js';
import type { NodePod } from '../resources/pod-resource.js';
import { buildPodDrain, isDraining, parsePodDrain } from './pod-drain.js';

const pod = (labels: Record<string, string> = {}, annotations: Record<string, string> = {}): NodePod => ({
  metadata: {
    name: 'eu-0',
    namespace: 'default',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels,
    annotations,
  },
  spec: {},
  status: { phase: 'Running', conditions: [], containerStatuses: [] },
});
const drain = aDrain({ phase: 'Migrating', reason: 'HostTainted' });
const written = buildPodDrain(pod(), drain).metadata as NodePod['metadata'];

test('what is written is read again', () => {
  expect(written).toMatchObject({ name: 'eu-0', namespace: 'default', uid: 'u' });
  expect(parsePodDrain(pod(written.labels, written.annotations), NOW_MS)).toEqual(drain);
});

test('without a drain nothing of it is written, so that server-side apply takes it away', () => {
  expect(buildPodDrain(pod(), undefined).metadata).toEqual({ name: 'eu-0', namespace: 'default', uid: 'u' });
  expect(parsePodDrain(pod(), NOW_MS)).toBeUndefined();
  expect(isDraining(pod())).toBe(false);
});

test('what someone has made unreadable begins anew, and is still a drain', () => {
  const spoilt = pod({ 'parley.dev/drain-phase': 'Nonsense' }, { 'parley.dev/drain-since': 'yesterday' });
  expect(isDraining(spoilt)).toBe(true);
  expect(parsePodDrain(spoilt, NOW_MS)).toEqual({
    phase: 'Draining',
    reason: 'DrainRequested',
    sinceMs: NOW_MS,
    deadlineMs: Number.POSITIVE_INFINITY,
  });
});

test('a begin in the future, as of a clock that was ahead, is now', () => {
  const annotations = { ...written.annotations, 'parley.dev/drain-since': '2036-01-01T00:00:00Z' };
  expect(parsePodDrain(pod(written.labels, annotations), NOW_MS)?.sinceMs).toBe(NOW_MS);
});

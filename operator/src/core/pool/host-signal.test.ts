import { expect, test } from 'vitest';
import { aDrainPolicy } from '../testing/builders.js';
import { hostSignalOf, type HostSchedulability } from './host-signal.js';

const policy = aDrainPolicy({
  deadlineSeconds: 600,
  hostTaints: [
    { key: 'node.kubernetes.io/unschedulable' },
    { key: 'spot', deadlineSeconds: 100 },
    { key: 'slow', deadlineSeconds: 3_600 },
  ],
});
const host = (taints: string[], unschedulable = false): HostSchedulability => ({ unschedulable, taints });
const cordoned = { reason: 'HostUnschedulable', deadlineSeconds: 600 };

test.each([
  ['a host that stays', host(['dedicated']), undefined],
  ['a host that is not known', undefined, undefined],
  ['a cordoned host, before it has the taint', host([], true), cordoned],
  ['a cordoned host', host(['node.kubernetes.io/unschedulable'], true), cordoned],
  ['a host that is taken away', host(['spot']), { reason: 'HostTainted', deadlineSeconds: 100 }],
  ['the more urgent of two', host(['spot'], true), { reason: 'HostTainted', deadlineSeconds: 100 }],
  ['no more time than any drain has', host(['slow']), { reason: 'HostTainted', deadlineSeconds: 600 }],
])('%s', (_, observed, expected) => {
  expect(hostSignalOf(policy, observed)).toEqual(expected);
});

test('a cordon means nothing where its taint is not among those of the pool', () => {
  expect(hostSignalOf({ ...policy, hostTaints: [{ key: 'spot' }] }, host([], true))).toBeUndefined();
});

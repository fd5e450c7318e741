import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAtLeastVersion, objectKey, resourcePath, splitObjectKey } from './kube-resource.js';

const meetings = { apiVersion: 'parley.dev/v1alpha1', kind: 'Meeting', plural: 'meetings', namespaced: true };
const hosts = { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };

describe('paths', () => {
  it.each([
    [resourcePath(meetings), '/apis/parley.dev/v1alpha1/meetings'],
    [resourcePath(meetings, { namespace: 'a' }), '/apis/parley.dev/v1alpha1/namespaces/a/meetings'],
    [
      resourcePath(meetings, { namespace: 'a', name: 'b', subresource: 'status' }),
      '/apis/parley.dev/v1alpha1/namespaces/a/meetings/b/status',
    ],
    [resourcePath(hosts, { name: 'host-1' }), '/api/v1/nodes/host-1'],
    [
      resourcePath(meetings, { namespace: 'a', name: '../b' }),
      '/apis/parley.dev/v1alpha1/namespaces/a/meetings/..%2Fb',
    ],
  ])('%s', (path, expected) => {
    expect(path).toBe(expected);
  });
});

describe('keys', () => {
  it.each([
    { namespace: 'a', name: 'b' },
    { namespace: undefined, name: 'b' },
  ])('go there and back: %o', (target) => {
    expect(splitObjectKey(objectKey(target))).toEqual(target);
  });
});

describe('resource versions', () => {
  it('compare as the numbers that they are, of any size', () => {
    const version = fc.bigInt({ min: 1n, max: 2n ** 80n });
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(isAtLeastVersion(String(a), String(b))).toBe(a >= b);
      }),
    );
  });
  it('that are no numbers count as older', () => {
    expect(isAtLeastVersion('', '5')).toBe(false);
    expect(isAtLeastVersion('5', 'x')).toBe(true);
    expect(isAtLeastVersion('0', '5')).toBe(false);
  });
});

import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { HOSTS, type Host } from '../resources/host-resource.js';
import { isSameButVersion } from '../resources/same-but-version.js';
import { createReflectedCache, type ReflectedCache } from './reflected-cache.js';
import { parseRawObject, type RawObject } from './watch-event.js';

interface HostInit {
  readonly version: string;
  readonly heartbeat?: string;
  readonly address?: string;
  readonly taints?: readonly { readonly key: string }[];
}

const aHost = ({ version, heartbeat = '1', address = '10.0.0.1', taints = [] }: HostInit): RawObject =>
  parseRawObject({
    metadata: { name: 'host-a', uid: 'a', resourceVersion: version },
    spec: { taints },
    status: {
      addresses: [{ type: 'InternalIP', address }],
      conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: heartbeat }],
    },
  });

function hosts(): { readonly cache: ReflectedCache<Host, never>; readonly told: string[] } {
  const cache = createReflectedCache<Host, never>({
    parse: HOSTS.parse,
    indexes: {},
    isNoChange: isSameButVersion,
    log: pino({ level: 'silent' }),
    onUnreadable: () => undefined,
  });
  const told: string[] = [];
  cache.changes.subscribe((key) => told.push(key));
  return { cache, told };
}

describe('a reflected cache of hosts', () => {
  it('keeps the newest version of one that only says that it is well, and tells nobody', () => {
    const { cache, told } = hosts();
    cache.set(aHost({ version: '1' }));
    cache.set(aHost({ version: '2', heartbeat: '2' }));
    const replacing = cache.startReplacing();
    replacing.take([aHost({ version: '3', heartbeat: '3' })]);
    replacing.finish();
    expect(told).toEqual(['host-a']);
    expect(cache.cache.get('host-a')?.metadata.resourceVersion).toBe('3');
  });

  it.each([
    ['another address', { address: '10.0.0.2' }],
    ['a taint', { taints: [{ key: 'spot' }] }],
  ])('tells of %s', (_, change) => {
    const { cache, told } = hosts();
    cache.set(aHost({ version: '1' }));
    cache.set(aHost({ version: '2', ...change }));
    expect(told).toEqual(['host-a', 'host-a']);
  });

  it('takes for gone what a list does not have, once the list is complete', () => {
    const { cache, told } = hosts();
    cache.set(aHost({ version: '1' }));
    const replacing = cache.startReplacing();
    replacing.take([]);
    expect(cache.cache.has('host-a')).toBe(true);
    replacing.finish();
    expect(cache.cache.has('host-a')).toBe(false);
    expect(told).toEqual(['host-a', 'host-a']);
  });

  it('tells of one that goes', () => {
    const { cache, told } = hosts();
    cache.set(aHost({ version: '1' }));
    cache.delete(aHost({ version: '2' }));
    expect(told).toEqual(['host-a', 'host-a']);
  });
});

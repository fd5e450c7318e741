import { expect, test } from 'vitest';
import { announcedAddressesOf } from './announced-addresses.js';

const internal = { type: 'InternalIP', address: '10.0.0.1' };
const external = { type: 'ExternalIP', address: '198.51.100.1' };
const annotated = { 'parley.dev/announced-address': ' 203.0.113.1, 2001:db8::1 ,' };
const host = (addresses: { type: string; address: string }[], annotations: Record<string, string> = {}) => ({
  addresses,
  annotations,
});

test.each([
  ['the external address of the host', 'HostPort', undefined, host([internal, external]), ['198.51.100.1']],
  ['else its internal one', 'HostPort', undefined, host([internal]), ['10.0.0.1']],
  ['nothing, when an external one is asked for and there is none', 'HostPort', 'ExternalIP', host([internal]), []],
  ['the internal one, when asked for', 'HostNetwork', 'InternalIP', host([internal, external]), ['10.0.0.1']],
  [
    'what the annotation says, before all else',
    'HostPort',
    'InternalIP',
    host([internal], annotated),
    ['203.0.113.1', '2001:db8::1'],
  ],
  ['the pod’s own address', 'PodIP', undefined, host([external], annotated), ['10.2.0.7']],
  ['nothing while the host is not known', 'HostPort', undefined, undefined, []],
] as const)('%s', (...[, mode, announcedAddress, known, expected]) => {
  const networking = { mode, ...(announcedAddress !== undefined && { announcedAddress }) };
  expect(announcedAddressesOf({ networking, podIP: '10.2.0.7', host: known })).toEqual(expected);
});

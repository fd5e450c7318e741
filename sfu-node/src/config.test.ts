import { expect, it } from 'vitest';
import { parseConfig } from './config.js';

const minimal = { NODE_NAME: 'node-a', POD_IP: '10.0.0.5' };

it('listens on the pod address, one worker a core, unless told otherwise', () => {
  const config = parseConfig(minimal);
  expect(config).toMatchObject({ rtcListenIp: '10.0.0.5', rtcPort: 40_000, grpcAddress: '0.0.0.0:7000' });
  expect(config.workers).toBeGreaterThan(0);
  expect(parseConfig({ ...minimal, WORKERS: '3', CAPACITY_CONSUMERS: '7', RTC_LISTEN_IP: '0.0.0.0' })).toMatchObject({
    workers: 3,
    rtcListenIp: '0.0.0.0',
    limits: { consumers: 7 },
  });
});

it.each([
  ['no name', { POD_IP: '10.0.0.5' }, /NODE_NAME/],
  ['no address', { NODE_NAME: 'a', POD_IP: 'host' }, /POD_IP/],
  ['no TLS in production (law 10)', { ...minimal, NODE_ENV: 'production' }, /TLS_DIR/],
  ['ports the wrong way round', { ...minimal, RELAY_PORT_MIN: '500', RELAY_PORT_MAX: '400' }, /RELAY_PORT_MIN/],
])('refuses %s', (_, environment, message) => {
  expect(() => parseConfig(environment)).toThrow(message);
});

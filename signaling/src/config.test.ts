import { expect, test } from 'vitest';
import { parseConfig } from './config.js';

test('an empty environment gives a development setting', () => {
  expect(parseConfig({})).toMatchObject({
    httpPort: 8_080,
    operatorAddress: 'parley-operator:7001',
    redisUrl: undefined,
    iceServers: [],
    tokenKeysDir: '/etc/parley/token-keys',
  });
});

test('ICE servers, origins and the public address are read', () => {
  const config = parseConfig({
    ICE_SERVERS: '[{"urls":"stun:stun.example.com"}]',
    CORS_ORIGINS: 'https://a.example, https://b.example',
    PUBLIC_URL: 'https://meet.example.com/',
  });
  expect(config.iceServers).toEqual([{ urls: 'stun:stun.example.com' }]);
  expect(config.corsOrigins).toEqual(['https://a.example', 'https://b.example']);
  expect(config.publicUrl).toBe('https://meet.example.com');
});

test.each([
  ['TLS_DIR', { NODE_ENV: 'production' }],
  ['ICE_SERVERS', { ICE_SERVERS: 'stun:example.com' }],
  ['ICE_SERVERS', { ICE_SERVERS: '{"urls":"stun:example.com"}' }],
  ['REDIS_URL', { REDIS_URL: 'http://redis' }],
  ['OPERATOR_ADDRESS', { OPERATOR_ADDRESS: 'operator' }],
  ['HTTP_PORT', { HTTP_PORT: '99999' }],
])('%s is named when it is wrong: %j', (name, environment) => {
  expect(() => parseConfig(environment)).toThrow(name);
});

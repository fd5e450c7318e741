import { describe, expect, test } from 'vitest';
import { isAllowedServer } from './allowed-server.js';

const allowed = ['https://prometheus.monitoring.svc:9090', 'http://mimir/prometheus/'];

describe('a query may be sent to', () => {
  test.each([
    'https://prometheus.monitoring.svc:9090',
    'https://prometheus.monitoring.svc:9090/',
    'https://prometheus.monitoring.svc:9090/tenant/a',
    'http://mimir/prometheus',
    'http://mimir:80/prometheus/tenant',
    'http://MIMIR/prometheus',
  ])('%s', (url) => {
    expect(isAllowedServer(url, allowed)).toBe(true);
  });
});

describe('a query may not be sent to', () => {
  test.each([
    ['another scheme', 'http://prometheus.monitoring.svc:9090'],
    ['another port', 'https://prometheus.monitoring.svc'],
    ['another host that begins alike', 'https://prometheus.monitoring.svc.evil.example:9090'],
    ['the host as a name to log in with', 'https://prometheus.monitoring.svc:9090@evil.example'],
    ['a path that begins alike', 'http://mimir/prometheus-admin'],
    ['a path above', 'http://mimir/prometheus/../admin'],
    ['a path above, written otherwise', 'http://mimir/prometheus/%2e%2e/admin'],
    ['a path above, for whoever decodes it', 'http://mimir/prometheus/..%2fadmin'],
    ['the host’s own services', 'http://169.254.169.254/latest/meta-data'],
    ['what is no URL', 'mimir/prometheus'],
  ])('%s', (_, url) => {
    expect(isAllowedServer(url, allowed)).toBe(false);
  });

  test('any server, when none is named', () => {
    expect(isAllowedServer('http://mimir/prometheus', [])).toBe(false);
  });
});

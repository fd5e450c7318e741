import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFakeOperator, type FakeOperator } from '../fakes/fake-operator.js';
import { startReplica, type Replica } from '../fakes/replica.js';

let operator: FakeOperator;
let replica: Replica;
let webDir: string;

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'parley-web-'));
  await mkdir(join(webDir, 'assets'));
  await writeFile(join(webDir, 'index.html'), '<!doctype html><title>Parley</title>');
  await writeFile(join(webDir, 'assets', 'app-1a2b3c.js'), 'console.log(1)');
  await writeFile(join(webDir, 'assets', 'app-1a2b3c.js.br'), 'compressed');
  operator = await startFakeOperator();
  const environment = {
    WEB_DIR: webDir,
    CORS_ORIGINS: 'https://app.example',
    PUBLIC_URL: 'https://meet.example',
    TRUSTED_PROXY_HOPS: '1',
  };
  replica = await startReplica({ operatorAddress: operator.address, environment });
});
afterAll(async () => {
  await replica.close();
  await operator.stop();
  await rm(webDir, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  fetch(`http://127.0.0.1:${String(replica.port)}${path}`, { headers, method });

describe('the page', () => {
  test.each(['/', '/m/abc-defg-hij', '/m/abc-defg-hij?lang=de'])('is at %s, and never cached', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<title>Parley</title>');
    expect(response.headers.get('cache-control')).toBe('no-cache');
  });

  test('its hashed files are cached for good, and sent compressed', async () => {
    const response = await get('/assets/app-1a2b3c.js', { 'accept-encoding': 'br' });
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(response.headers.get('content-encoding')).toBe('br');
  });

  test.each(['/m/nonsense', '/assets/none.js', '/..%2f..%2fetc%2fpasswd', '/v1/nothing'])(
    '%s is a problem that says so',
    async (path) => {
      const response = await get(path);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
    },
  );

  test('runs nothing foreign, is framed by nobody, and may reach the socket', async () => {
    const { headers } = await get('/');
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain('wss://meet.example/v1/ws');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('permissions-policy')).toContain('camera=(self)');
  });
});

describe('the API from other origins', () => {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };

  test('one that is named may call it', async () => {
    const response = await get(
      '/v1/meetings/abc-defg-hij/join',
      { origin: 'https://app.example', ...preflight },
      'OPTIONS',
    );
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
    const problem = await get('/v1/meetings/abc-defg-hij', { origin: 'https://app.example' });
    expect(problem.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });

  test('another may not', async () => {
    const response = await get(
      '/v1/meetings/abc-defg-hij/join',
      { origin: 'https://evil.example', ...preflight },
      'OPTIONS',
    );
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('the description of the API is served', async () => {
  const document = (await (await get('/v1/openapi.json')).json()) as { paths: object };
  expect(Object.keys(document.paths)).toEqual([
    '/v1/meetings/{id}/join',
    '/v1/meetings/{id}',
    '/v1/meetings/{id}/recordings',
    '/v1/meetings/{id}/recordings/{recording}',
    '/v1/meetings/{id}/recordings/{recording}/outputs/{name}',
  ]);
});

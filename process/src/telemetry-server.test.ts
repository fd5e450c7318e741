import { Counter, Registry } from 'prom-client';
import { afterEach, expect, it } from 'vitest';
import { startTelemetryServer, type TelemetryServer } from './telemetry-server.js';

let server: TelemetryServer | undefined;
afterEach(() => server?.close());

it('is alive though not ready, says why, and serves metrics', async () => {
  const registry = new Registry();
  new Counter({ name: 'parley_test_total', help: 'A test.', registers: [registry] }).inc();
  let why: string | undefined = 'no topology seen yet';
  server = await startTelemetryServer({ port: 0, registry, notReadyBecause: () => why });
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${server!.port}${path}`);

  expect((await get('/healthz')).status).toBe(200);
  const notReady = await get('/readyz');
  expect([notReady.status, await notReady.text()]).toEqual([503, 'no topology seen yet\n']);
  why = undefined;
  expect((await get('/readyz')).status).toBe(200);
  expect(await (await get('/metrics')).text()).toContain('parley_test_total 1');
  expect((await get('/secrets')).status).toBe(404);
});

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type Api } from './api.js';

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

test.each(readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml')))('the API server takes %s', async (name) => {
  const said = await api.kubectl('create', '--dry-run=server', '--validate=strict', '-f', join(EXAMPLES, name));
  expect(said).toContain('created (server dry run)');
});

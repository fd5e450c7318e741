import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const rules = pathOf('../parley/files/alerts.yaml');

async function promtool(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('promtool', args, { timeout: 30_000 });
  return stdout;
}

it('alerts are rules that Prometheus takes', async () => {
  expect(await promtool('check', 'rules', rules)).toContain('SUCCESS: 7 rules found');
});

it('each fires when it is to, and not before', async () => {
  expect(await promtool('test', 'rules', pathOf('alerts.promtool.yaml'))).toContain('SUCCESS');
});

it('they ask for metrics that there are', () => {
  const metrics = readFileSync(pathOf('../../docs/reference/metrics.md'), 'utf8');
  const names = readFileSync(rules, 'utf8').match(/(parley|leader_election)_[a-z_]+/g) ?? [];
  expect(names.length).toBeGreaterThan(6);
  for (const name of names) expect(metrics).toContain(`\`${name.replace(/_count$/, '')}\``);
});

// Writes docs/reference/metrics.md from the metrics themselves: every exported createXMetrics(registry, …) of the built
// processes is called with a registry of its own, and what it registered is listed.
import { readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const root = new URL('../../', import.meta.url);
const { Registry } = createRequire(new URL('process/package.json', root))('prom-client');
/** Each with the packages whose metrics it serves. */
const processes = {
  operator: ['operator'],
  'sfu-node': ['sfu-node', 'relay'],
  turn: ['turn'],
  recorder: ['recorder', 'relay'],
  signaling: ['signaling'],
};

/** Stands for whatever a metric asks at scrape time; nothing is scraped here. */
const source = new Proxy(() => source, { get: () => source });

const sections = [];
for (const [name, packages] of Object.entries(processes)) {
  const registry = new Registry();
  for (const file of packages.flatMap(metricFiles)) {
    const module = await import(new URL(file, root));
    for (const [exported, create] of Object.entries(module)) {
      if (/^create\w*Metrics$/.test(exported)) create(registry, source, source);
    }
  }
  const rows = registry
    .getMetricsAsArray()
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name: metric, type, labelNames, help }) => {
      const labels = labelNames.map((label) => `\`${label}\``).join(', ');
      return `| \`${metric}\` | ${type} | ${labels} | ${help.replaceAll('|', '\\|')} |`;
    });
  if (rows.length === 0) throw new Error(`${name} has no metrics: is it built?`);
  sections.push(`## ${name}`, '', '| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows, '');
}

writeFileSync(
  new URL('docs/reference/metrics.md', root),
  [
    '# Metrics',
    '',
    '<!-- Generated from the code by `make generate`: do not edit. -->',
    '',
    'Every process serves these at `:9090/metrics`, the agent beside coturn (turn) at `:9190/metrics`, beside the usual `process_*` and `nodejs_*` of prom-client.',
    '',
    ...sections,
  ].join('\n'),
);

function metricFiles(folder) {
  return readdirSync(new URL(`${folder}/dist`, root), { recursive: true })
    .filter((file) => /metrics\.js$/.test(file))
    .map((file) => `${folder}/dist/${file}`)
    .sort();
}

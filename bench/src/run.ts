/** Runs benchmarks, each in a process of its own, one after the other. usage: run [NAME...] [--OPTION...], options for all of them */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const all = [
  'decision',
  'placed',
  'control-plane',
  'join',
  'relay',
  'forward',
  'footprint',
  'failover',
  'simulator',
  'migration',
];
const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are: ${all.join(', ')}`);
  process.exit(2);
}
const failed = (asked.length > 0 ? asked : all).filter((name) => {
  const program = fileURLToPath(new URL(`./${name}/bench.js`, import.meta.url));
  return spawnSync(process.execPath, [program, ...options], { stdio: 'inherit' }).status !== 0;
});
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  process.exit(1);
}

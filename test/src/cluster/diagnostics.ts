import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kubectl, listObjects, type Pod } from './kubectl.js';
import { parleyNamespace } from './installation.js';

const folder = fileURLToPath(new URL('../../../out/e2e', import.meta.url));

/** Writes what the cluster says to out/e2e/<name>/: for when a test has failed. Never fails itself. */
export async function dumpCluster(name: string, namespaces: readonly string[]): Promise<string> {
  const target = `${folder}/${name.replaceAll(/[^\w-]+/g, '-').slice(0, 80)}`;
  mkdirSync(target, { recursive: true });
  const save = async (file: string, args: readonly string[]): Promise<void> => {
    const text = await kubectl(args, { deadlineMs: 10_000 }).catch((error: unknown) => String(error));
    writeFileSync(`${target}/${file}`, text);
  };
  await Promise.all(
    [parleyNamespace, ...namespaces].flatMap((namespace) => [
      save(`${namespace}-pods.txt`, ['get', 'pods', '-o', 'wide', '--namespace', namespace]),
      save(`${namespace}-events.txt`, ['get', 'events', '--sort-by=.lastTimestamp', '--namespace', namespace]),
      save(`${namespace}-parley.yaml`, ['get', 'sfu,mtg', '-o', 'yaml', '--namespace', namespace]),
      saveLogs(namespace, save),
    ]),
  );
  return target;
}

async function saveLogs(
  namespace: string,
  save: (file: string, args: readonly string[]) => Promise<void>,
): Promise<void> {
  const pods = await listObjects<Pod>('pods', namespace).catch(() => []);
  await Promise.all(
    pods.flatMap(({ metadata: { name } }) => [
      save(`${name}.log`, ['logs', name, '--namespace', namespace, '--tail=3000']),
      save(`${name}.previous.log`, ['logs', name, '--namespace', namespace, '--previous', '--tail=500']),
    ]),
  );
}

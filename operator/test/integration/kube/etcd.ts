import { readFileSync } from 'node:fs';
import type { ApiServer } from '../kube-apiserver.js';

/** Compacts etcd up to now: what is older than the newest version can't be watched or listed any more. */
export async function compactEtcd(server: ApiServer): Promise<void> {
  const origin = etcdOrigin(server);
  const { header } = await post<{ header: { revision: string } }>(`${origin}/v3/kv/range`, { key: 'AA==' });
  await post(`${origin}/v3/kv/compaction`, { revision: header.revision, physical: true });
}

function etcdOrigin(server: ApiServer): string {
  const flags = readFileSync(`/proc/${server.etcdPid}/cmdline`, 'utf8').split('\0');
  return flags[flags.indexOf('--listen-client-urls') + 1]!;
}

async function post<T>(url: string, body: unknown): Promise<T> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`etcd answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

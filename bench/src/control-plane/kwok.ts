/** kwok plays the kubelets: it takes pods that are bound to a host for running and ready, and gives each an address of loopback. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { spawnMortal } from '../process/mortal-child.js';
import { end } from '../process/program.js';
import { stages } from './stages.js';

export interface Kwok {
  close(): Promise<void>;
}

/** Hosts renew their leases four times in it: often enough to be there, and few writes beside what is measured. */
const leaseSeconds = 120;

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const run = 'eval "$(dev/tools/env)" && exec kwok "$@"';

/** Once for a machine; it may have to be built. */
export function installKwok(): void {
  const { status } = spawnSync('dev/tools/install', ['kwok'], { cwd: repository, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('kwok could not be installed');
}

export async function startKwok(kubeconfigPath: string): Promise<Kwok> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-kwok-'));
  const config = join(folder, 'kwok.yaml');
  await writeFile(config, stages.map((stage) => `---\n${stringify(stage)}`).join(''));
  const flags = ['--kubeconfig', kubeconfigPath, '--config', config, '--manage-all-nodes', '-v', 'ERROR'];
  const addresses = ['--cidr', `127.${(process.pid % 100) + 100}.0.1/16`, '--node-ip', '127.0.0.1'];
  const lease = ['--node-lease-duration-seconds', String(leaseSeconds)];
  const child = spawnMortal('bash', ['-c', run, 'kwok', ...flags, ...addresses, ...lease], {
    cwd: repository,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let isClosing = false;
  const fail = (cause: unknown): void => {
    if (!isClosing) throw new Error('kwok is gone', { cause });
  };
  child.once('error', fail);
  child.once('exit', fail);
  return {
    close: async () => {
      isClosing = true;
      await end(child);
      await rm(folder, { recursive: true });
    },
  };
}

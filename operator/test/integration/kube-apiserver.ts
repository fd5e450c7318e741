import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';

/** A real API server with its etcd, of one test file's own. Nothing schedules or runs pods. */
export interface ApiServer {
  readonly kubeconfigPath: string;
  /** An administrator's. */
  readonly kubeConfig: KubeConfig;
  readonly etcdPid: number;
  readonly apiserverPid: number;
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../../../dev/apiserver', import.meta.url));
const START_DEADLINE_MS = 90_000;

/** Takes about 3 s. `flags` go to kube-apiserver. */
export async function startApiServer(...flags: string[]): Promise<ApiServer> {
  const child = spawn(PROGRAM, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  const kubeconfigPath = await firstLine(child);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfigPath);
  const folder = dirname(kubeconfigPath);
  return {
    kubeconfigPath,
    kubeConfig,
    etcdPid: Number(readFileSync(join(folder, 'etcd.pid'), 'utf8')),
    apiserverPid: Number(readFileSync(join(folder, 'apiserver.pid'), 'utf8')),
    close: () => stop(child),
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the API server was started without pipes');
  const complaints: string[] = [];
  createInterface(stderr).on('line', (line) => complaints.push(line));
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGTERM');
      reject(new Error([why, ...complaints].join('\n')));
    };
    const timer = setTimeout(() => fail('the API server was not ready in time'), START_DEADLINE_MS);
    createInterface(stdout).once('line', (line) => {
      clearTimeout(timer);
      resolve(line);
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`the API server ended with ${String(code)}`));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  await exited;
}

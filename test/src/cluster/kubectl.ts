/** The cluster of $KUBECONFIG (eval "$(dev/cluster/env)"), by kubectl: what users have, tests use. */
import { spawn } from 'node:child_process';
import type { Meeting } from '@parley/crds/meeting.js';
import type { SFUPool } from '@parley/crds/sfu-pool.js';

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export interface Pod extends KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export type { Meeting, SFUPool };

export interface RunOptions {
  readonly input?: string;
  readonly deadlineMs?: number;
}

const defaultDeadlineMs = 30_000;

/** @throws Error with what kubectl said. */
export async function kubectl(
  args: readonly string[],
  { input, deadlineMs = defaultDeadlineMs }: RunOptions = {},
): Promise<string> {
  return run('kubectl', args, { deadlineMs, ...(input !== undefined && { input }) });
}

export async function getObject<T>(kind: string, name: string, namespace?: string): Promise<T> {
  return JSON.parse(await kubectl(['get', kind, name, ...inNamespace(namespace), '-o', 'json'])) as T;
}

export async function listObjects<T>(kind: string, namespace: string, selector = ''): Promise<readonly T[]> {
  const text = await kubectl(['get', kind, '--namespace', namespace, '--selector', selector, '-o', 'json']);
  return (JSON.parse(text) as { readonly items: readonly T[] }).items;
}

export async function applyObjects(objects: readonly object[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  await kubectl(['apply', '--server-side', '--force-conflicts', '--filename', '-'], { input: JSON.stringify(list) });
}

export async function patchObject(
  kind: string,
  name: string,
  { namespace, patch }: { namespace: string; patch: object },
): Promise<void> {
  await kubectl(['patch', kind, name, '--namespace', namespace, '--type', 'merge', '--patch', JSON.stringify(patch)]);
}

export async function deleteObject(kind: string, name: string, namespace?: string, ...flags: string[]): Promise<void> {
  await kubectl(['delete', kind, name, ...inNamespace(namespace), '--ignore-not-found', '--wait=false', ...flags]);
}

/** Runs a shell script in a pod's container. */
export async function execute(pod: Pod, script: string): Promise<string> {
  return kubectl(['exec', pod.metadata.name, '--namespace', pod.metadata.namespace, '--', 'sh', '-c', script]);
}

export function isReady({ metadata, status }: Pod): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true
  );
}

function inNamespace(namespace: string | undefined): string[] {
  return namespace === undefined ? [] : ['--namespace', namespace];
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  { input, deadlineMs = defaultDeadlineMs }: RunOptions = {},
): Promise<string> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: deadlineMs + 5_000,
    killSignal: 'SIGKILL',
  });
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(output).toString());
      else
        reject(
          new Error(`${program} ${args.join(' ')}: ${signal ?? code}: ${Buffer.concat(complaints).toString().trim()}`),
        );
    });
  });
}

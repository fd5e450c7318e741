import { execFile, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KubeConfig, KubernetesObjectApi, type KubernetesObject } from '@kubernetes/client-node';
import { join } from 'node:path';

/** A real API server with the CRDs. */
export interface Api {
  readonly objects: KubernetesObjectApi;
  /** What the API server answers to `create`: the object with its defaults, or the message of its refusal. */
  create(manifest: object): Promise<CustomObject>;
  refusalOf(manifest: object): Promise<string>;
  /** A merge patch. */
  patch(object: CustomObject, change: object): Promise<CustomObject>;
  patchRefusalOf(object: CustomObject, change: object): Promise<string>;
  /** Server-side apply of a status. */
  apply(manifest: object, fieldManager: string): Promise<string>;
  kubectl(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

export type CustomObject = KubernetesObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> };

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export async function startApi(): Promise<Api> {
  const child = spawn(join(ROOT, 'dev/apiserver'), { stdio: ['ignore', 'pipe', 'inherit'] });
  const kubeconfig = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the API server ended with ${String(code)}`)));
  });
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const objects = KubernetesObjectApi.makeApiClient(config);
  const run = promisify(execFile);
  const { stdout: toolPath } = await run('bash', ['-c', 'eval "$(dev/tools/env)"; echo "$PATH"'], { cwd: ROOT });
  const kubectl = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, PATH: toolPath.trim(), KUBECONFIG: kubeconfig };
    return (await run('kubectl', args, { env })).stdout;
  };
  // By kubectl: the client library drops what it has no type for, and with it every rule.
  await kubectl('create', '-f', join(ROOT, 'crds/manifests'));
  await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
  await untilServed(kubectl);

  const create = (manifest: object): Promise<CustomObject> => objects.create(withDefaults(manifest));
  const patch = (object: CustomObject, change: object): Promise<CustomObject> =>
    objects.patch(
      { apiVersion: object.apiVersion, kind: object.kind, metadata: nameOf(object), ...change } as KubernetesObject,
      undefined,
      undefined,
      undefined,
      undefined,
      'application/merge-patch+json',
    );
  return {
    objects,
    create,
    refusalOf: (manifest) => messageOf(create(manifest)),
    patch,
    patchRefusalOf: (object, change) => messageOf(patch(object, change)),
    apply: async (manifest, fieldManager) => {
      const command = kubectl(
        'apply',
        '--server-side',
        '--subresource=status',
        `--field-manager=${fieldManager}`,
        '-f',
        await fileOf(manifest),
      );
      return command;
    },
    kubectl,
    close: async () => {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Established comes a little before the API server's own discovery knows of it. */
async function untilServed(kubectl: Api['kubectl']): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await kubectl('get', 'sfu,mtg,rec', '--all-namespaces');
      return;
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function fileOf(manifest: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-crds-'));
  const file = join(folder, 'manifest.json');
  await writeFile(file, JSON.stringify(manifest));
  return file;
}

let made = 0;

function withDefaults(manifest: object): KubernetesObject {
  made += 1;
  const { metadata, ...rest } = manifest as { metadata?: object };
  return {
    apiVersion: 'parley.dev/v1alpha1',
    metadata: { name: `made-${String(made)}`, namespace: 'default', ...metadata },
    ...rest,
  };
}

function nameOf({ metadata }: CustomObject): { name: string; namespace: string } {
  return { name: metadata?.name ?? '', namespace: metadata?.namespace ?? '' };
}

async function messageOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
  } catch (error) {
    const body: unknown = (error as { body?: unknown }).body;
    const status = (typeof body === 'string' ? JSON.parse(body) : body) as { message?: string };
    return status.message ?? String(error);
  }
  return 'the API server took it';
}

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

const chart = fileURLToPath(new URL('../parley', import.meta.url));
const everything = fileURLToPath(new URL('everything.values.yaml', import.meta.url));
const deadlineMs = 30_000;

async function helm(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('helm', args, { timeout: deadlineMs, maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** A render as people would get it; the password is given, as the chart would otherwise make a new one each time. */
const render = (...args: string[]): Promise<string> =>
  helm('template', 'parley', chart, '--namespace', 'parley-system', '--set', 'redis.password=golden', ...args);

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: { readonly template?: { readonly spec?: PodSpec } };
}
interface PodSpec {
  readonly securityContext: { readonly runAsNonRoot: boolean; readonly seccompProfile: { readonly type: string } };
  readonly containers: readonly {
    readonly securityContext: unknown;
    readonly livenessProbe: { readonly httpGet?: { readonly path: string } };
    readonly resources: { readonly requests: unknown; readonly limits: unknown };
  }[];
}
const objects = (yaml: string): Rendered[] => parseAllDocuments(yaml).map((document) => document.toJS() as Rendered);

describe('the chart', () => {
  it('passes helm lint with its defaults and with everything turned', async () => {
    expect(await helm('lint', '--strict', chart)).toContain('0 chart(s) failed');
    expect(await helm('lint', '--strict', chart, '-f', everything)).toContain('0 chart(s) failed');
  });

  it('renders its defaults as the golden file says', async () => {
    await expect(await render('--set', 'crds.install=false')).toMatchFileSnapshot('golden/default.yaml');
  });

  it('renders everything turned as the golden file says', async () => {
    await expect(await render('-f', everything)).toMatchFileSnapshot('golden/everything.yaml');
  });

  it('installs the CRDs, and keeps them when it is uninstalled unless told otherwise', async () => {
    const crds = (yaml: string): Rendered[] => objects(yaml).filter(({ kind }) => kind === 'CustomResourceDefinition');
    const kept = crds(await render());
    expect(kept.map(({ metadata }) => metadata.name).sort()).toEqual([
      'meetings.parley.dev',
      'recordingjobs.parley.dev',
      'sfupools.parley.dev',
    ]);
    for (const { metadata } of kept) expect(metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });

    for (const { metadata } of crds(await render('--set', 'crds.keep=false'))) {
      expect(metadata.annotations ?? {}).not.toHaveProperty(['helm.sh/resource-policy']);
    }
  });

  it('hardens every pod, bounds its resources, and asks liveness of nothing but the process', async () => {
    const pods = objects(await render()).flatMap(({ spec }) => spec?.template?.spec ?? []);
    expect(pods).toHaveLength(3);
    for (const pod of pods) {
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources.requests).toBeDefined();
        expect(container.resources.limits).toBeDefined();
        expect(container.livenessProbe.httpGet?.path ?? '/healthz').toBe('/healthz');
      }
    }
  });

  it('puts no secret into arguments or plain environment variables', async () => {
    expect(await render('-f', everything, '--set', 'signaling.iceServers[0].credential=hunter2')).not.toMatch(
      /value: .*hunter2/,
    );
    const withoutSecrets = objects(await render()).filter(({ kind }) => kind !== 'Secret');
    expect(JSON.stringify(withoutSecrets)).not.toContain('golden');
  });
});

describe('a wrong value is refused, and its place is said', () => {
  it.each([
    ['an unknown key', 'signaling.replica=3', /additional properties 'replica' not allowed/],
    ['no replicas', 'signaling.replicas=0', /'\/signaling\/replicas': minimum/],
    ['an unknown service type', 'signaling.service.type=Magic', /'\/signaling\/service\/type': value must be one of/],
    ['a port out of range', 'signaling.service.port=70000', /'\/signaling\/service\/port': maximum/],
    ['an ingress without a host', 'signaling.ingress.enabled=true', /'\/signaling\/ingress\/host': minLength/],
    ['no Redis at all', 'redis.bundled=false', /'\/redis\/externalURLSecret': minLength/],
    ['a public URL with a path', 'publicURL=https://a.example/b', /'\/publicURL'.*pattern/],
    [
      'an ICE server that is none',
      'signaling.iceServers[0].urls[0]=http://a',
      /'\/signaling\/iceServers\/0\/urls\/0'.*pattern/,
    ],
    ['a negative count of proxies', 'signaling.trustedProxyHops=-1', /'\/signaling\/trustedProxyHops': minimum/],
    [
      'a Prometheus that is none',
      'operator.prometheusServers[0]=file:///etc',
      /'\/operator\/prometheusServers\/0'.*pattern/,
    ],
    ['an unknown log level', 'logLevel=loud', /'\/logLevel': value must be one of/],
    ['a namespace that cannot be', 'watchNamespace=Media', /'\/watchNamespace'.*pattern/],
  ])('%s', async (_, value, message) => {
    await expect(render('--set', value)).rejects.toThrow(message);
  });
});

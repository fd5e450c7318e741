/** RecordingJobs with Kubernetes' own Job controller and garbage collector; the test is scheduler and kubelet, recorders are in memory. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nextLoopbackAddress, type FakeNode } from '../../../src/nodes/testing/fake-node.js';
import { eventually, type KubeJson } from './cluster-client.js';
import { startFakeRecorder, type FakeRecorder } from './fake-recorder.js';
import { createRecordingBed, DONE, RECORDING, type RecordingBed } from './recording-bed.js';
import { createTestBed, paths, PODS, type TestBed } from './test-bed.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const INSTALL_MS = 600_000;

let bed: TestBed;
let rec: RecordingBed;
let node: FakeNode;
let kubernetes: ChildProcess;
const recorders = new Set<FakeRecorder>();

beforeAll(async () => {
  // Where it isn't there yet, it takes a while.
  await promisify(execFile)('dev/tools/install', ['cluster'], { cwd: ROOT });
  bed = await createTestBed();
  rec = createRecordingBed(bed);
  const controllers = `kube-controller-manager --kubeconfig="$1" --leader-elect=false --secure-port=0 \
    --controllers=job-controller,garbage-collector-controller`;
  kubernetes = spawn(
    'bash',
    ['-c', `eval "$(dev/tools/env)"; exec setpriv --pdeathsig KILL ${controllers}`, 'bash', bed.server.kubeconfigPath],
    { cwd: ROOT, stdio: ['ignore', 'ignore', process.env['LOG_LEVEL'] === undefined ? 'ignore' : 'inherit'] },
  );
  await bed.createHost('host-a');
  bed.startOperator();
  await bed.createPool('eu', { region: 'eu', replicas: 1 });
  node = await bed.runPod('eu-0');
  const { id } = await bed.createMeeting('daily');
  await eventually(() => expect([...node.topologies.keys()]).toContain(id));
  node.setParticipants(id, 2);
}, INSTALL_MS);
afterAll(async () => {
  await Promise.all([...recorders].map((recorder) => recorder.close()));
  kubernetes.kill('SIGKILL');
  await rec.close();
  await bed.close();
});

const podsOf = async (name: string): Promise<KubeJson[]> =>
  (await bed.cluster.list(PODS)).filter(
    ({ metadata }) =>
      (metadata['annotations'] as Record<string, string> | undefined)?.['parley.dev/recording'] === name &&
      metadata['deletionTimestamp'] === undefined,
  );

/** Runs the one pod of a RecordingJob that Kubernetes has made. */
async function run(name: string, besides: readonly string[] = []): Promise<FakeRecorder> {
  const pod = await eventually(async () => {
    const found = (await podsOf(name)).find(({ metadata }) => !besides.includes(metadata.name));
    if (found === undefined) throw new Error(`${name} has no pod`);
    return found.metadata.name;
  }, 30_000);
  const recorder = await startFakeRecorder(pod, nextLoopbackAddress());
  recorders.add(recorder);
  await bed.cluster.create(`${paths.pod(pod)}/binding`, {
    ...{ apiVersion: 'v1', kind: 'Binding', metadata: { name: pod } },
    target: { apiVersion: 'v1', kind: 'Node', name: 'host-a' },
  });
  await bed.cluster.merge(`${paths.pod(pod)}/status`, {
    status: { phase: 'Running', podIP: recorder.ip, podIPs: [{ ip: recorder.ip }] },
  });
  return recorder;
}

describe('with Kubernetes’ own Job controller', () => {
  test('a recording gets one pod, and nothing is left of its Job when it is over', async () => {
    await rec.create('whole');
    const recorder = await run('whole');
    expect(recorder.name).toMatch(/^whole-[a-z0-9]{8}-1-[a-z0-9]{5}$/);
    recorder.say(RECORDING);
    await rec.becomes('whole', 'Recording', 'RecordingNow');
    recorder.say(DONE);
    await rec.becomes('whole', 'Completed');
    await eventually(async () => expect(await rec.jobOf('whole')).toBeUndefined());
    await eventually(async () => expect(await podsOf('whole')).toEqual([]));
  });

  test('what its pod said at its end counts, when Kubernetes says that the Job is complete', async () => {
    await rec.create('told');
    const recorder = await run('told');
    recorder.say(RECORDING);
    await rec.becomes('told', 'Recording', 'RecordingNow');
    await rec.exit(recorder, { recorder: recorder.name, ...DONE });
    await rec.becomes('told', 'Completed', 'RecordingComplete');
  });

  test('one that falls silent is replaced: the new Job’s pod does not wait for the old one’s end', async () => {
    await rec.create('silent');
    const first = await run('silent');
    first.say(RECORDING);
    await rec.becomes('silent', 'Recording', 'RecordingNow');
    const lostAtMs = Date.now();
    await first.close();
    const second = await run('silent', [first.name]);
    const tookMs = Date.now() - lostAtMs;
    // The old pod is still on its way out: its host does not answer.
    expect((await bed.cluster.get(paths.pod(first.name)))?.metadata['deletionTimestamp']).toBeDefined();
    expect(tookMs).toBeLessThan(15_000);
    second.say(RECORDING);
    expect(await rec.becomes('silent', 'Recording', 'RecordingNow')).toMatchObject({ attempts: 2 });
    second.say(DONE);
    await rec.becomes('silent', 'Completed');
  });

  test('deleting the RecordingJob leaves nothing of it in the cluster', async () => {
    await rec.create('gone');
    const recorder = await run('gone');
    recorder.say(RECORDING);
    await rec.becomes('gone', 'Recording');
    await rec.delete('gone');
    recorder.say(DONE);
    await eventually(async () => expect(await rec.get('gone')).toBeUndefined());
    await eventually(async () => {
      expect(await podsOf('gone')).toEqual([]);
      const secrets = await bed.cluster.list('/api/v1/namespaces/default/secrets');
      expect(secrets.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('gone-'))).toEqual([]);
    }, 30_000);
  });
});

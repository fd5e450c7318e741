import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verify } from '@node-rs/argon2';
import { PlacementService } from '@parley/proto/gen/parley/v1/placement_pb.js';
import { MeetingState, RelayKind, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { PeerRole } from '@parley/proto/peer-identity.js';
import { createRpcChannel, type RpcChannel, type RpcMethods } from '@parley/proto/rpc-client.js';
import { tlsCredentials, type RpcCredentials } from '@parley/proto/tls.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './cluster-client.js';
import { createTestBed, OWN_NAMESPACE, paths, type TestBed } from './test-bed.js';

const deadlineMs = 2_000;

describe('the placement service, with mutual TLS by the operator’s own authority', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-tls-'));
  const channels: RpcChannel[] = [];
  let bed: TestBed;
  let address: string;
  let placement: RpcMethods<typeof PlacementService>;

  /** Credentials from a Secret, as a pod that mounts it has them. */
  const credentialsFrom = async (path: string): Promise<RpcCredentials> => {
    const data = await eventually(async () => {
      const secret = await bed.cluster.get(path);
      expect(secret).toBeDefined();
      return secret!['data'] as Record<string, string>;
    });
    const mounted = mkdtempSync(join(folder, 'mount-'));
    for (const [name, text] of Object.entries(data)) writeFileSync(join(mounted, name), Buffer.from(text, 'base64'));
    return tlsCredentials(mounted);
  };
  const dial = (credentials: RpcCredentials, role: PeerRole): RpcMethods<typeof PlacementService> => {
    const channel = createRpcChannel({ address, role, credentials });
    channels.push(channel);
    return channel.client(PlacementService);
  };

  beforeAll(async () => {
    bed = await createTestBed();
    await bed.createHost('host-a');
    const operator = bed.startOperator({ config: { tlsDir: join(folder, 'own') } });
    for (const region of ['eu', 'us']) {
      await bed.createPool(region, { region, capacity: { participants: 10 } });
      const node = `${region}-0`;
      const path = `/api/v1/namespaces/default/secrets/${node}-tls`;
      await bed.runPod(node, { credentials: () => credentialsFrom(path) });
    }
    for (const region of ['eu', 'us'])
      await eventually(async () => expect((await bed.pool(region)).status).toMatchObject({ readyReplicas: 1 }));
    address = await eventually(() => {
      const port = operator.grpcPort();
      expect(port).toBeDefined();
      return `127.0.0.1:${String(port)}`;
    });
    placement = dial(
      await credentialsFrom(`/api/v1/namespaces/${OWN_NAMESPACE}/secrets/parley-signaling-tls`),
      'operator',
    );
  });
  afterAll(async () => {
    for (const channel of channels) channel.close();
    await bed.close();
    rmSync(folder, { recursive: true });
  });

  test('a node is no signaling: it may not ask', async () => {
    const credentials = await credentialsFrom('/api/v1/namespaces/default/secrets/eu-0-tls');
    await expect(
      dial(credentials, 'operator').place({ meetingId: 'x', participantIds: ['p'] }, { deadlineMs }),
    ).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  test('people go to their region: the meeting grows, its nodes know before the answer, its status follows', async () => {
    const { id } = await bed.createMeeting('wide', { maxParticipants: 12 });
    await eventually(async () => expect((await bed.meeting('wide')).status?.['phase']).toBe('Placed'));
    const [home] = (await bed.meeting('wide')).status?.['nodes'] as [string];
    const away = home === 'eu-0' ? 'us-0' : 'eu-0';
    const near = await placement.place(
      { meetingId: id, participantIds: ['a', 'b'], region: home.slice(0, 2) },
      { deadlineMs },
    );
    expect(near.placements.map(({ node, reason }) => [node, reason])).toEqual([
      [home, 'KeptOnMeetingNode'],
      [home, 'KeptOnMeetingNode'],
    ]);
    const far = await placement.place(
      { meetingId: id, participantIds: ['c'], region: away.slice(0, 2) },
      { deadlineMs },
    );
    expect(far.placements).toMatchObject([{ participantId: 'c', node: away, reason: 'NewNodeInRegion' }]);
    expect(far.topology).toMatchObject({ epoch: 2, relays: [{ dialer: 'eu-0', listener: 'us-0' }] });
    for (const node of bed.nodes.values()) expect(node.topologies.get(id)).toMatchObject({ epoch: 2 });
    await eventually(async () =>
      expect((await bed.meeting('wide')).status).toMatchObject({ epoch: 2, nodes: [home, away] }),
    );
  });

  test('asking again gives the same answer, unless the node is to be avoided', async () => {
    const { id } = await bed.createMeeting('twice');
    await eventually(async () => expect((await bed.meeting('twice')).status?.['phase']).toBe('Placed'));
    const ask = (avoidNodes: string[] = []) =>
      placement.place({ meetingId: id, participantIds: ['p'], region: 'eu', avoidNodes }, { deadlineMs });
    const first = (await ask()).placements[0];
    expect((await ask()).placements[0]).toMatchObject({ node: first?.node, reason: 'KeptOnNode' });
    const other = (await ask([first!.node])).placements[0];
    expect(other?.node).not.toBe(first?.node);
  });

  test('who finds no room is told why', async () => {
    const { id } = await bed.createMeeting('tiny', { expectedParticipants: 1, maxParticipants: 1 });
    const ask = (participant: string) =>
      placement.place({ meetingId: id, participantIds: [participant] }, { deadlineMs });
    await eventually(() => ask('first'));
    await expect(ask('second')).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message: expect.stringMatching(/^MeetingFull: /) as string,
    });
    await expect(
      placement.place({ meetingId: 'abc-defg-hij', participantIds: ['p'] }, { deadlineMs }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a burst of joins is not all sent to a node that cannot have reported it yet', async () => {
    const { id } = await bed.createMeeting('rush', { maxParticipants: 100 });
    const ids = Array.from({ length: 12 }, (_, index) => `rush-${String(index)}`);
    await eventually(() => placement.place({ meetingId: id, participantIds: ids.slice(0, 1) }, { deadlineMs }));
    const answers = await Promise.all(
      ids.map((participant) =>
        placement.place({ meetingId: id, participantIds: [participant], region: 'eu' }, { deadlineMs }),
      ),
    );
    const onEu = answers.filter(({ placements }) => placements[0]?.node === 'eu-0');
    expect(onEu.length).toBeLessThanOrEqual(10);
    expect(onEu.length).toBeGreaterThan(0);
  });

  test('topologies are followed: first all, then each change, and a sign of life every second', async () => {
    const seen = new Map<string, Topology>();
    const removed: string[] = [];
    let synced = false;
    let quiet = 0;
    const stop = new AbortController();
    const following = (async () => {
      for await (const event of placement.watchTopologies({}, { idleTimeoutMs: 3_000, signal: stop.signal })) {
        if (event.synced) synced = true;
        if (event.topology === undefined) quiet += 1;
        else if (event.removed) removed.push(event.topology.meetingId);
        else seen.set(event.topology.meetingId, event.topology);
      }
    })().catch(() => undefined);
    await eventually(() => expect(synced).toBe(true));
    expect(seen.size).toBeGreaterThanOrEqual(4);
    const { id } = await bed.createMeeting('followed', { title: 'Followed' });
    await eventually(() =>
      expect(seen.get(id)).toMatchObject({ state: MeetingState.PLACED, settings: { title: 'Followed' } }),
    );
    await bed.cluster.merge(paths.meeting('followed'), { spec: { ended: true } });
    await eventually(() => expect(seen.get(id)).toMatchObject({ state: MeetingState.ENDED }));
    await bed.cluster.delete(paths.meeting('followed'));
    await eventually(() => expect(removed).toContain(id));
    await eventually(() => expect(quiet).toBeGreaterThan(3));
    stop.abort();
    await following;
  });

  test('a passcode reaches signaling as a hash; without its Secret nobody can join, and the status says so', async () => {
    const { id } = await bed.createMeeting('guarded', { passcodeSecretRef: { name: 'door' } });
    await eventually(async () =>
      expect((await bed.meeting('guarded')).status?.['conditions']).toContainEqual(
        expect.objectContaining({ type: 'Placed', status: 'False', reason: 'PasscodeSecretMissing' }),
      ),
    );
    await bed.cluster.create('/api/v1/namespaces/default/secrets', {
      metadata: { name: 'door2' },
      stringData: { passcode: 'open sesame' },
    });
    await bed.cluster.merge(paths.meeting('guarded'), { spec: { passcodeSecretRef: { name: 'door2' } } });
    await eventually(async () => expect((await bed.meeting('guarded')).status?.['phase']).toBe('Placed'));
    const { topology } = await placement.place({ meetingId: id, participantIds: ['p'] }, { deadlineMs });
    const hash = topology?.settings?.passcodeHash ?? '';
    expect(await verify(hash, 'open sesame')).toBe(true);
    expect(await verify(hash, 'open sesam')).toBe(false);
  });

  test('people make a meeting Active; their number is written, and it is Placed again when they have gone', async () => {
    const { id } = await bed.createMeeting('lively');
    await eventually(async () => expect((await bed.meeting('lively')).status?.['phase']).toBe('Placed'));
    const [home] = (await bed.meeting('lively')).status?.['nodes'] as [string];
    bed.nodes.get(home)?.setParticipants(id, 1);
    await eventually(async () =>
      expect((await bed.meeting('lively')).status).toMatchObject({
        phase: 'Active',
        participants: { total: 1 },
        startedAt: expect.any(String) as string,
      }),
    );
    bed.nodes.get(home)?.setParticipants(id, 5);
    const askedAt = Date.now();
    await eventually(async () =>
      expect((await bed.meeting('lively')).status).toMatchObject({
        participants: { total: 5, regions: [{ region: home.slice(0, 2), participants: 5 }] },
      }),
    );
    // One meeting's counts are written every 5 s at most.
    expect(Date.now() - askedAt).toBeGreaterThan(3_000);
    bed.nodes.get(home)?.setParticipants(id, 0);
    await eventually(async () =>
      expect((await bed.meeting('lively')).status).toMatchObject({
        phase: 'Placed',
        participants: { total: 0 },
        gatherings: [{ peak: 5, endedAt: expect.any(String) as string }],
      }),
    );
  });

  test('a webinar’s viewers who find no room with the speakers get a node that hangs below theirs', async () => {
    await bed.cluster.create('/api/v1/namespaces/default/secrets', {
      metadata: { name: 'stage' },
      stringData: { passcode: 'on air', host: 'in charge' },
    });
    await bed.createPool('hall', { region: 'eu', replicas: 2, capacity: { participants: 10 } });
    for (const node of ['hall-0', 'hall-1']) {
      const path = `/api/v1/namespaces/default/secrets/${node}-tls`;
      await bed.runPod(node, { credentials: () => credentialsFrom(path) });
    }
    await eventually(async () => expect((await bed.pool('hall')).status).toMatchObject({ readyReplicas: 2 }));
    const speakers = {
      ...{ mode: 'Webinar', pools: [{ name: 'hall' }], speakerPasscodeSecretRef: { name: 'stage' } },
      hostPasscodeSecretRef: { name: 'stage', key: 'host' },
    };
    const { id: meetingId } = await bed.createMeeting('aired', { ...speakers, expectedParticipants: 1 });
    await eventually(async () => expect((await bed.meeting('aired')).status?.['phase']).toBe('Placed'));
    const ask = { meetingId, region: 'eu' };
    const speaker = await placement.place({ ...ask, participantIds: ['s'] }, { deadlineMs });
    const [{ node: stage } = { node: '' }] = speaker.placements;
    expect(speaker.topology?.settings).toMatchObject({ webinar: true, passcodeHash: '' });
    expect(await verify(speaker.topology?.settings?.speakerPasscodeHash ?? '', 'on air')).toBe(true);
    expect(await verify(speaker.topology?.settings?.hostPasscodeHash ?? '', 'in charge')).toBe(true);

    const ids = Array.from({ length: 12 }, (_, index) => `v${String(index)}`);
    const { topology, placements } = await placement.place(
      { ...ask, participantIds: ids, viewers: true },
      { deadlineMs },
    );
    expect(new Set(placements.map(({ node }) => node)).size).toBe(2);
    const below = topology?.placements.find(({ viewersOnly }) => viewersOnly)?.node ?? '';
    expect(below).not.toBe(stage);
    expect(topology?.relays).toMatchObject([{ dialer: below, listener: stage, kind: RelayKind.LEAF }]);
    await eventually(async () =>
      expect((await bed.meeting('aired')).status?.['placements']).toContainEqual(
        expect.objectContaining({ node: below, viewersOnly: true }),
      ),
    );
    // One more speaker finds room on no other node: this one becomes theirs.
    const late = await placement.place({ ...ask, participantIds: ['t'] }, { deadlineMs });
    expect(late.placements).toMatchObject([{ node: below, reason: 'KeptOnMeetingNode' }]);
    expect(late.topology?.placements.filter(({ viewersOnly }) => viewersOnly)).toEqual([]);
    await bed.cluster.delete(paths.meeting('aired'));
  });
});

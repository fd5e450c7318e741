import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { create } from '@bufbuild/protobuf';
import { RelayKind, TopologySchema } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../kube/clock.js';
import { createNodeDirectory, type NodeDirectory } from './node-directory.js';
import { nextLoopbackAddress, startFakeNode, type FakeNode } from './testing/fake-node.js';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close();
});

async function aNode(name: string): Promise<FakeNode & { readonly address: string }> {
  const node = await startFakeNode({ name, ip: nextLoopbackAddress() });
  opened.push(node);
  return { ...node, address: `${node.ip}:7000` };
}

/** Of a host that takes connections, and says nothing. */
async function aSilentAddress(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket));
  const ip = nextLoopbackAddress();
  await once(server.listen(7000, ip), 'listening');
  opened.push({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await promisify(server.close.bind(server))();
    },
  });
  return `${ip}:7000`;
}

function aDirectory(): { readonly directory: NodeDirectory; readonly events: string[] } {
  const log = pino({ level: 'silent' });
  const directory = createNodeDirectory({
    credentials: insecureCredentials(),
    term: 1,
    clock: systemClock,
    random: () => 1,
    log,
  });
  opened.push(directory);
  const events: string[] = [];
  directory.subscribe(({ kind, node }) => {
    if (kind === 'Connected' || kind === 'Lost') events.push(`${kind} ${node}`);
  });
  return { directory, events };
}

describe('the directory of nodes', () => {
  it('dials a node anew when its address changes, and leaves the others alone', async () => {
    const { directory, events } = aDirectory();
    const [first, second, other] = [await aNode('a'), await aNode('a'), await aNode('b')];
    directory.setNode('ns/a', first.address);
    directory.setNode('ns/b', other.address);
    await vi.waitFor(() => expect(events.toSorted()).toEqual(['Connected ns/a', 'Connected ns/b']), 5_000);
    const instance = directory.report('ns/a')?.instanceId;
    directory.setNode('ns/a', second.address);
    await vi.waitFor(() => expect(events.slice(2)).toEqual(['Lost ns/a', 'Connected ns/a']), 5_000);
    expect(directory.report('ns/a')?.instanceId).not.toBe(instance);
    expect(directory.contact('ns/b')).toBe('Live');
  });

  it('waits for no answer of a node that is lost', async () => {
    const { directory } = aDirectory();
    const node = await aNode('a');
    directory.setNode('ns/a', node.address);
    await vi.waitFor(() => expect(directory.contact('ns/a')).toBe('Live'), 5_000);
    node.hang();
    const told = directory.apply(
      'ns/a',
      { topology: create(TopologySchema), fingerprint: '' },
      new AbortController().signal,
    );
    await expect(told).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(directory.contact('ns/a')).toBe('Lost');
  });

  it('waits long for a node that it has not heard yet, but not where another node doesn’t reach it either', async () => {
    const { directory } = aDirectory();
    const [hung, quiet, peer] = [await aSilentAddress(), await aSilentAddress(), await aNode('peer')];
    const relays = [{ dialer: 'peer', listener: 'hung', kind: RelayKind.PEER }];
    const placements = [{ node: 'peer' }, { node: 'hung' }];
    await peer.take(create(TopologySchema, { meetingId: 'abc', term: 1, epoch: 1, placements, relays }));
    peer.setUnreachable('abc', ['hung']);
    directory.setNode('ns/hung', hung);
    directory.setNode('ns/quiet', quiet);
    directory.setNode('ns/peer', peer.address);
    await vi.waitFor(() => expect(directory.contact('ns/hung')).toBe('Lost'), 5_000);
    expect(directory.contact('ns/quiet')).toBe('Connecting');
  });

  it('says nothing of a node that is as it was, and forgets one that is no more', async () => {
    const { directory, events } = aDirectory();
    const node = await aNode('a');
    directory.setNode('ns/a', node.address);
    await vi.waitFor(() => expect(events).toEqual(['Connected ns/a']), 5_000);
    directory.setNode('ns/a', node.address);
    directory.setNode('ns/unknown', undefined);
    expect(events).toHaveLength(1);
    directory.setNode('ns/a', undefined);
    expect(events.slice(1)).toEqual(['Lost ns/a']);
    expect([...directory.nodes()]).toEqual([]);
    expect(directory.contact('ns/a')).toBe('Lost');
  });
});

/** Who is let in; with a room that has no media, as nobody gets that far. */
import { create } from '@bufbuild/protobuf';
import { createLogger } from '@parley/process/log.js';
import { RelayMessageSchema, type RelayMessage } from '@parley/proto/gen/parley/v1/relay_pb.js';
import { RelayKind, TopologySchema } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { PeerIdentity } from '@parley/proto/peer-identity.js';
import type { RpcContext } from '@parley/proto/rpc-server.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { createRoster } from './core/roster/roster.js';
import { createRelays, type Relays } from './relays.js';

const meetingId = 'abc-defg-hij';
const opened: Relays[] = [];
afterEach(async () => {
  for (const relays of opened.splice(0)) await relays.close();
});

/** Of node-b, which listens to node-a. */
function aListener(): Relays {
  const relays = createRelays({
    config: { nodeName: 'node-b', podIp: '127.0.0.1', relayPortMin: 1, relayPortMax: 2 },
    instanceId: 'b-1',
    credentials: insecureCredentials(),
    registry: new Registry(),
    log: createLogger({ process: 'test', level: 'silent' }),
    timing: { helloMs: 20 },
  });
  opened.push(relays);
  const nothing = (): void => undefined;
  const calls = { tellScore: nothing, superseded: nothing, reachChanged: () => undefined, relaysGone: nothing };
  const room = { meetingId, generation: 1, roster: createRoster(), ...calls };
  const roomRelays = relays.createRoomRelays({ ...room, router: () => Promise.reject(new Error('no media here')) });
  roomRelays.applyTopology(
    create(TopologySchema, {
      meetingId,
      term: 1,
      epoch: 2,
      placements: [{ node: 'node-a' }, { node: 'node-b' }],
      relays: [{ dialer: 'node-a', listener: 'node-b', kind: RelayKind.PEER }],
    }),
  );
  return relays;
}

const hello = { meetingId, node: 'node-a', term: 1, epoch: 2, kind: RelayKind.PEER };

/** The first answer to these messages. */
async function answer(
  peer: PeerIdentity | undefined,
  ...messages: NonNullable<Parameters<typeof create<typeof RelayMessageSchema>>[1]>['message'][]
): Promise<string | undefined> {
  const abort = new AbortController();
  async function* requests(): AsyncGenerator<RelayMessage> {
    for (const message of messages) yield create(RelayMessageSchema, message === undefined ? {} : { message });
    await new Promise((resolve) => abort.signal.addEventListener('abort', resolve));
  }
  const context = { signal: abort.signal, peer } as unknown as RpcContext;
  try {
    for await (const { message } of aListener().handlers.connect(requests(), context)) return message?.case;
    return undefined;
  } finally {
    abort.abort();
  }
}

const aHello = (change: object = {}) => ({ case: 'hello', value: { ...hello, ...change } }) as const;

describe('a stream to a node', () => {
  it('is answered with a hello when its own is good', async () => {
    expect(await answer({ role: 'node', name: 'node-a' }, aHello())).toBe('hello');
  });

  it.each([
    ['a recorder, for now', { role: 'recorder', name: 'node-a' }, {}, 'PERMISSION_DENIED'],
    ['a node in the name of another', { role: 'node', name: 'node-c' }, {}, 'PERMISSION_DENIED'],
    [
      'a node that the topology does not let dial',
      { role: 'node', name: 'node-c' },
      { node: 'node-c' },
      'FAILED_PRECONDITION',
    ],
    ['another meeting', { role: 'node', name: 'node-a' }, { meetingId: 'xyz-xyzw-xyz' }, 'FAILED_PRECONDITION'],
    ['an older epoch', { role: 'node', name: 'node-a' }, { epoch: 1 }, 'FAILED_PRECONDITION'],
  ] as const)('is refused to %s', async (_, peer, change, code) => {
    await expect(answer(peer, aHello(change))).rejects.toMatchObject({ code });
  });

  it('is refused without a hello, and when none comes', async () => {
    const peer = { role: 'node', name: 'node-a' } as const;
    await expect(answer(peer, { case: 'ping', value: {} })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(answer(peer)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
});

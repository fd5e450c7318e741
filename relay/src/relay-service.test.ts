/** Who is let in; with a room that has no media, as nobody gets that far. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
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

/** Of node-b, which listens to node-a and to a recorder. */
function aListener(roster = createRoster()): Relays {
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
  const room = { meetingId, generation: 1, roster, ...calls };
  const roomRelays = relays.createRoomRelays({ ...room, router: () => Promise.reject(new Error('no media here')) });
  roomRelays.applyTopology(
    create(TopologySchema, {
      meetingId,
      term: 1,
      epoch: 2,
      placements: [{ node: 'node-a' }, { node: 'node-b' }],
      relays: [{ dialer: 'node-a', listener: 'node-b', kind: RelayKind.PEER }],
      taps: [{ recorder: 'recorder-1', node: 'node-b' }],
    }),
  );
  return relays;
}

const asRecorder = { node: 'recorder-1', kind: RelayKind.TAP };
const hello = { meetingId, node: 'node-a', term: 1, epoch: 2, kind: RelayKind.PEER };

type Message = NonNullable<MessageInitShape<typeof RelayMessageSchema>['message']>;

/** The first answer to these messages. */
const answer = (peer: PeerIdentity | undefined, ...messages: Message[]): Promise<string | undefined> =>
  answerOf(aListener(), peer, ...messages);

async function answerOf(
  relays: Relays,
  peer: PeerIdentity | undefined,
  ...messages: Message[]
): Promise<string | undefined> {
  const abort = new AbortController();
  async function* requests(): AsyncGenerator<RelayMessage> {
    for (const message of messages) yield create(RelayMessageSchema, { message });
    await new Promise((resolve) => abort.signal.addEventListener('abort', resolve));
  }
  const context = { signal: abort.signal, peer } as unknown as RpcContext;
  try {
    for await (const { message } of relays.handlers.connect(requests(), context)) return message?.case;
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

  it('is answered to a recorder that has its tap here, though all that it knows is old', async () => {
    const recorder = { role: 'recorder', name: 'recorder-1' } as const;
    expect(await answer(recorder, aHello({ ...asRecorder, term: 0, epoch: 1 }))).toBe('hello');
  });

  it.each([
    ['is told of by a node', { role: 'node', name: 'node-a' }, {}, ['ada']],
    ['is not, by a recorder', { role: 'recorder', name: 'recorder-1' }, asRecorder, []],
  ] as const)('who is there %s', async (_, peer, as, known) => {
    const roster = createRoster();
    const state = { participants: [{ id: 'ada', node: peer.name }], producers: [{ id: 'mic', participantId: 'ada' }] };
    await answerOf(aListener(roster), peer, aHello(as), { case: 'state', value: state });
    await new Promise(setImmediate);
    expect(roster.participants().map(({ id }) => id)).toEqual(known);
  });

  it.each([
    ['a recorder as if it were a node', { role: 'recorder', name: 'node-a' }, {}, 'PERMISSION_DENIED'],
    ['signaling', { role: 'signaling', name: 'node-a' }, {}, 'PERMISSION_DENIED'],
    ['a node as if it were a recorder', { role: 'node', name: 'recorder-1' }, asRecorder, 'PERMISSION_DENIED'],
    ['a recorder in the name of another', { role: 'recorder', name: 'recorder-0' }, asRecorder, 'PERMISSION_DENIED'],
    [
      'a recorder without a tap here',
      { role: 'recorder', name: 'recorder-0' },
      { ...asRecorder, node: 'recorder-0' },
      'FAILED_PRECONDITION',
    ],
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

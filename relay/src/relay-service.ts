/** The listening side of relays: a stream says hello, is judged, and becomes the relay's stream. */
import type { RelayHello, RelayMessage, RelayService } from '@parley/proto/gen/parley/v1/relay_pb.js';
import { RelayKind } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RpcContext, RpcHandlers } from '@parley/proto/rpc-server.js';
import type { RelayRunner } from './relay-runner.js';
import type { RelayMessageInit, RelayStream } from './relay-stream.js';

export interface RelayDirectory {
  /** The relay that this hello is for; undefined: no topology here has one. */
  find(hello: RelayHello): RelayRunner | undefined;
  readonly helloMs: number;
}

export function createRelayService(directory: RelayDirectory): RpcHandlers<typeof RelayService> {
  return {
    async *connect(requests, context): AsyncGenerator<RelayMessageInit> {
      const messages = requests[Symbol.asyncIterator]();
      const hello = await readHello(messages, directory.helloMs);
      const runner = admit(hello, directory, context);
      const stream = runner.open('Listener');
      const cancelled = (): void => stream.end('Closed');
      context.signal.addEventListener('abort', cancelled);
      if (context.signal.aborted) cancelled();
      void read(messages, runner, stream);
      try {
        yield* stream.outgoing;
      } finally {
        context.signal.removeEventListener('abort', cancelled);
        stream.end('Closed');
      }
    },
  };
}

async function readHello(messages: AsyncIterator<RelayMessage>, helloMs: number): Promise<RelayHello> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RpcError('DEADLINE_EXCEEDED', `no hello within ${helloMs} ms`)), helloMs);
  });
  try {
    const first = await Promise.race([messages.next(), late]);
    if (first.done !== true && first.value.message.case === 'hello') return first.value.message.value;
    throw new RpcError('INVALID_ARGUMENT', 'the first message of a relay is a hello');
  } finally {
    clearTimeout(timer);
  }
}

function admit(hello: RelayHello, directory: RelayDirectory, { peer }: RpcContext): RelayRunner {
  const role = hello.kind === RelayKind.TAP ? 'recorder' : 'node';
  if (peer !== undefined && peer.role !== role) {
    throw new RpcError('PERMISSION_DENIED', `a ${peer.role} is no ${role} of the meeting`);
  }
  const runner = directory.find(hello);
  if (runner === undefined) {
    throw new RpcError('FAILED_PRECONDITION', `NoRelay: ${hello.node} does not dial this node in ${hello.meetingId}`);
  }
  const refusal = runner.judge(hello, peer?.name);
  if (refusal === undefined) return runner;
  throw new RpcError(
    refusal === 'NotItself' ? 'PERMISSION_DENIED' : 'FAILED_PRECONDITION',
    `${refusal}: term ${hello.term}, epoch ${hello.epoch}`,
  );
}

async function read(messages: AsyncIterator<RelayMessage>, runner: RelayRunner, stream: RelayStream): Promise<void> {
  try {
    for (;;) {
      const next = await messages.next();
      if (next.done === true) break;
      runner.receive(stream, next.value.message);
    }
    stream.end('Closed');
  } catch {
    stream.end('Unreachable');
  }
}

/** Serves protobuf-es services over grpc-js: typed handlers, streams as async iterables, callers authorized by role. */
import type { EventEmitter } from 'node:events';
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import {
  Metadata,
  Server,
  status,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type StatusObject,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { grpcServiceDefinition } from './grpc-service.js';
import { parsePeerIdentity, type PeerIdentity, type PeerRole } from './peer-identity.js';
import { RpcError } from './rpc-error.js';
import type { RpcCredentials } from './tls.js';

export interface RpcContext {
  /** Aborted when the caller cancels, disconnects or runs out of time. */
  readonly signal: AbortSignal;
  /** Undefined only without mutual TLS, in tests. */
  readonly peer: PeerIdentity | undefined;
  readonly metadata: Metadata;
}

type Handler<M> = M extends {
  methodKind: 'unary';
  input: infer I extends DescMessage;
  output: infer O extends DescMessage;
}
  ? (request: MessageShape<I>, context: RpcContext) => Promise<MessageInitShape<O>>
  : M extends {
        methodKind: 'server_streaming';
        input: infer I extends DescMessage;
        output: infer O extends DescMessage;
      }
    ? (request: MessageShape<I>, context: RpcContext) => AsyncIterable<MessageInitShape<O>>
    : M extends {
          methodKind: 'bidi_streaming';
          input: infer I extends DescMessage;
          output: infer O extends DescMessage;
        }
      ? (requests: AsyncIterable<MessageShape<I>>, context: RpcContext) => AsyncIterable<MessageInitShape<O>>
      : never;

export type RpcHandlers<S extends DescService> = { readonly [K in keyof S['method']]: Handler<S['method'][K]> };

export interface RpcServiceRegistration<S extends DescService = DescService> {
  readonly service: S;
  readonly handlers: RpcHandlers<S>;
  /** Who may call. Anyone else gets PERMISSION_DENIED. */
  readonly allow: readonly PeerRole[];
}

/** Keeps the handlers typed by their service when registrations of several services stand in one array. */
export function rpcService<S extends DescService>(registration: RpcServiceRegistration<S>): RpcServiceRegistration {
  return registration;
}

export interface RpcServer {
  /** The port that it listens on; known also when 0 was asked for. */
  readonly port: number;
  /** Refuses new calls, gives running ones `graceMs`, then cuts them. Idempotent. */
  close(graceMs?: number): Promise<void>;
}

export interface RpcServerOptions {
  /** host:port */
  readonly address: string;
  readonly credentials: RpcCredentials;
  readonly services: readonly RpcServiceRegistration[];
}

const maxMessageBytes = 4 * 1024 * 1024;

/** @throws Error when the address cannot be bound, or the certificates cannot be read. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.keepalive_permit_without_calls': 1,
    // channelz stays on: without it grpc-js (1.14) keeps no list of its sessions, and a forced shutdown ends none of them.
  });
  for (const registration of options.services) {
    server.addService(
      grpcServiceDefinition(registration.service),
      implementation(registration, options.credentials.mutualTls),
    );
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(options.address, options.credentials.server, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  // Asked for after the server has: it hears of them first.
  await options.credentials.loaded().catch((error: unknown) => {
    server.forceShutdown();
    throw error;
  });
  let closing: Promise<void> | undefined;
  return {
    port,
    close: (graceMs = 1_000) => (closing ??= closeServer(server, graceMs)),
  };
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => {
      server.forceShutdown();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}

function implementation(registration: RpcServiceRegistration, mutualTls: boolean): UntypedServiceImplementation {
  const handlers = registration.handlers as Record<string, AnyHandler>;
  const authorize = (call: AnyCall): PeerIdentity | undefined => {
    if (!mutualTls) return undefined;
    const peer = parsePeerIdentity(call.getAuthContext().sslPeerCertificate);
    if (peer === undefined) throw new RpcError('UNAUTHENTICATED', 'the peer certificate names no part of Parley');
    if (!registration.allow.includes(peer.role)) {
      throw new RpcError('PERMISSION_DENIED', `${registration.service.typeName} is not for a ${peer.role}`);
    }
    return peer;
  };
  return Object.fromEntries(
    registration.service.methods.map((method) => {
      const handler = handlers[method.localName];
      if (handler === undefined) throw new Error(`no handler for ${method.name}`);
      return [method.localName, adapt(method, handler, authorize)];
    }),
  );
}

type AnyHandler = (request: unknown, context: RpcContext) => unknown;
type AnyCall =
  ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>;
type Authorize = (call: AnyCall) => PeerIdentity | undefined;

function adapt(method: DescMethod, handler: AnyHandler, authorize: Authorize): UntypedHandleCall {
  switch (method.methodKind) {
    case 'unary':
      return (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => {
        const run = async (): Promise<unknown> => await handler(call.request, contextOf(call, authorize(call)));
        run().then(
          (response) => {
            callback(null, create(method.output, response as MessageInitShape<DescMessage>));
          },
          (error: unknown) => {
            callback(statusOf(error));
          },
        );
      };
    case 'server_streaming':
      return (call: ServerWritableStream<unknown, unknown>) => {
        void pump(call, method, (context) => handler(call.request, context), authorize);
      };
    case 'bidi_streaming':
      return (call: ServerDuplexStream<unknown, unknown>) => {
        void pump(call, method, (context) => handler(call, context), authorize);
      };
    case 'client_streaming':
      throw new Error(`${method.name}: client streaming is not used`);
  }
}

/** Writes what the handler yields, no faster than the wire takes it. */
async function pump(
  call: ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>,
  method: DescMethod,
  open: (context: RpcContext) => unknown,
  authorize: Authorize,
): Promise<void> {
  try {
    const context = contextOf(call, authorize(call));
    const messages = open(context) as AsyncIterable<MessageInitShape<DescMessage>>;
    for await (const message of untilAborted(messages, context.signal)) {
      if (!call.write(create(method.output, message))) await drained(call, context.signal);
    }
    call.end();
  } catch (error) {
    call.emit('error', statusOf(error));
  }
}

function contextOf(call: AnyCall, peer: PeerIdentity | undefined): RpcContext {
  const abort = new AbortController();
  const emitter: EventEmitter = call;
  emitter.on('cancelled', () => {
    abort.abort();
  });
  emitter.on('error', () => undefined);
  if (call.cancelled) abort.abort();
  return { signal: abort.signal, peer, metadata: call.metadata };
}

/** Stops waiting for the next message as soon as the caller is gone, and lets the handler clean up. */
async function* untilAborted<T>(messages: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = messages[Symbol.asyncIterator]();
  const aborted = new Promise<'aborted'>((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => {
      resolve('aborted');
    });
  });
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next === 'aborted' || next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a generator that waits inside would hold its return back until it wakes.
    void iterator.return?.().catch(() => undefined);
  }
}

async function drained(
  call: ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>,
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      call.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.on('drain', done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

function statusOf(
  error: unknown,
): Partial<StatusObject> & { code: number; details: string; name: string; message: string } {
  const { code, message } = RpcError.from(error);
  return { code: status[code], details: message, name: code, message, metadata: new Metadata() };
}

/** Calls protobuf-es services over grpc-js: typed, with a deadline on every unary call and streams as async iterables. */
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { Client, Metadata, type ClientDuplexStream, type ClientReadableStream } from '@grpc/grpc-js';
import { methodDefinition } from './grpc-service.js';
import { serverName, type PeerRole } from './peer-identity.js';
import { RpcError } from './rpc-error.js';
import type { RpcCredentials } from './tls.js';

export interface CallOptions {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface StreamOptions {
  /** Ends the stream with DEADLINE_EXCEEDED when no message came for so long. */
  readonly idleTimeoutMs: number;
  readonly signal?: AbortSignal;
  readonly metadata?: Readonly<Record<string, string>>;
}

type Method<M> = M extends {
  methodKind: 'unary';
  input: infer I extends DescMessage;
  output: infer O extends DescMessage;
}
  ? (request: MessageInitShape<I>, options: CallOptions) => Promise<MessageShape<O>>
  : M extends {
        methodKind: 'server_streaming';
        input: infer I extends DescMessage;
        output: infer O extends DescMessage;
      }
    ? (request: MessageInitShape<I>, options: StreamOptions) => AsyncIterable<MessageShape<O>>
    : M extends {
          methodKind: 'bidi_streaming';
          input: infer I extends DescMessage;
          output: infer O extends DescMessage;
        }
      ? (requests: AsyncIterable<MessageInitShape<I>>, options: StreamOptions) => AsyncIterable<MessageShape<O>>
      : never;

export type RpcMethods<S extends DescService> = { readonly [K in keyof S['method']]: Method<S['method'][K]> };

/** One HTTP/2 connection to one address; clients of several services may share it. */
export interface RpcChannel {
  readonly address: string;
  /** The methods of a service at the other end. Every failure is an RpcError. */
  client<S extends DescService>(service: S): RpcMethods<S>;
  close(): void;
}

export interface RpcChannelOptions {
  /** host:port */
  readonly address: string;
  /** What the other end must prove to be, with mutual TLS. */
  readonly role: PeerRole;
  readonly credentials: RpcCredentials;
}

export function createRpcChannel(options: RpcChannelOptions): RpcChannel {
  const client = new Client(options.address, options.credentials.channel, {
    ...(options.credentials.mutualTls && { 'grpc.ssl_target_name_override': serverName(options.role) }),
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.min_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    'grpc.enable_retries': 0,
    // Books of each connection that nobody reads.
    'grpc.enable_channelz': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': 16 * 1024 * 1024,
  });
  return {
    address: options.address,
    client: <S extends DescService>(service: S) =>
      Object.fromEntries(
        service.methods.map((method) => [method.localName, caller(client, method)]),
      ) as unknown as RpcMethods<S>,
    close: () => {
      client.close();
    },
  };
}

type AnyCaller = (request: unknown, options: unknown) => unknown;

function caller(client: Client, method: DescMethod): AnyCaller {
  switch (method.methodKind) {
    case 'unary':
      return (request, options) =>
        callUnary(client, method, request as MessageInitShape<DescMessage>, options as CallOptions);
    case 'server_streaming':
      return (request, options) =>
        openServerStream(client, method, request as MessageInitShape<DescMessage>, options as StreamOptions);
    case 'bidi_streaming':
      return (requests, options) =>
        openBidiStream(
          client,
          method,
          requests as AsyncIterable<MessageInitShape<DescMessage>>,
          options as StreamOptions,
        );
    case 'client_streaming':
      throw new Error(`${method.name}: client streaming is not used`);
  }
}

function callUnary(
  client: Client,
  method: DescMethod,
  request: MessageInitShape<DescMessage>,
  options: CallOptions,
): Promise<unknown> {
  const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted === true) {
      reject(new RpcError('CANCELLED', 'cancelled before it began'));
      return;
    }
    const call = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      create(method.input, request),
      metadataOf(options.metadata),
      { deadline: Date.now() + options.deadlineMs },
      (error, response) => {
        options.signal?.removeEventListener('abort', cancel);
        if (error === null) resolve(response);
        else reject(RpcError.from(error));
      },
    );
    const cancel = (): void => {
      call.cancel();
    };
    options.signal?.addEventListener('abort', cancel);
  });
}

function openServerStream(
  client: Client,
  method: DescMethod,
  request: MessageInitShape<DescMessage>,
  options: StreamOptions,
): AsyncIterable<unknown> {
  const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
  return readStream(
    () =>
      client.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        create(method.input, request),
        metadataOf(options.metadata),
      ),
    options,
  );
}

function openBidiStream(
  client: Client,
  method: DescMethod,
  requests: AsyncIterable<MessageInitShape<DescMessage>>,
  options: StreamOptions,
): AsyncIterable<unknown> {
  const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
  return readStream(() => {
    const call = client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadataOf(options.metadata),
    );
    void writeAll(call, method, requests);
    return call;
  }, options);
}

async function writeAll(
  call: ClientDuplexStream<unknown, unknown>,
  method: DescMethod,
  requests: AsyncIterable<MessageInitShape<DescMessage>>,
): Promise<void> {
  try {
    for await (const request of requests) {
      if (call.destroyed || call.writableEnded) return;
      if (!call.write(create(method.input, request))) await Promise.race([once(call, 'drain'), once(call, 'close')]);
    }
    call.end();
  } catch {
    // The sending side failed (its queue overflowed, say): the stream is of no more use to either end.
    call.cancel();
  }
}

async function* readStream(
  open: () => ClientReadableStream<unknown> | ClientDuplexStream<unknown, unknown>,
  options: StreamOptions,
): AsyncGenerator {
  if (options.signal?.aborted === true) throw new RpcError('CANCELLED', 'cancelled before it began');
  const call = open();
  const fell = { silent: false };
  const cancel = (): void => {
    call.cancel();
  };
  const timer = setTimeout(() => {
    fell.silent = true;
    call.cancel();
  }, options.idleTimeoutMs);
  options.signal?.addEventListener('abort', cancel);
  try {
    for await (const message of call) {
      timer.refresh();
      yield message;
    }
  } catch (error) {
    if (fell.silent)
      throw new RpcError('DEADLINE_EXCEEDED', `silent for ${String(options.idleTimeoutMs)} ms`, { cause: error });
    throw RpcError.from(error);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', cancel);
    call.on('error', () => undefined);
    call.cancel();
  }
}

function once(call: ClientDuplexStream<unknown, unknown>, event: 'drain' | 'close'): Promise<void> {
  return new Promise((resolve) => call.once(event, resolve));
}

function metadataOf(entries: Readonly<Record<string, string>> = {}): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(entries)) metadata.set(key, value);
  return metadata;
}

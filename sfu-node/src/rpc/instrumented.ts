/** Around every handler: a span in the caller's trace, the duration and code as metrics, unexpected errors in the log. */
import type { DescService } from '@bufbuild/protobuf';
import type { Logger } from '@parley/process/log.js';
import { inRemoteSpan } from '@parley/process/tracing.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RpcContext, RpcHandlers } from '@parley/proto/rpc-server.js';
import type { RpcMetrics } from '../metrics/rpc-metrics.js';

export interface InstrumentDeps {
  readonly metrics: RpcMetrics;
  readonly log: Logger;
}

type Unary = (request: unknown, context: RpcContext) => Promise<unknown>;
type Streaming = (request: unknown, context: RpcContext) => AsyncIterable<unknown>;

export function instrumented<S extends DescService>(
  service: S,
  handlers: RpcHandlers<S>,
  deps: InstrumentDeps,
): RpcHandlers<S> {
  const plain = handlers as unknown as Readonly<Record<string, Unary & Streaming>>;
  const wrapped = service.methods.map(({ localName, name, methodKind }) => {
    const handler = plain[localName];
    if (handler === undefined) throw new Error(`no handler for ${name}`);
    return [localName, methodKind === 'unary' ? unary(name, handler, deps) : streaming(name, handler, deps)];
  });
  return Object.fromEntries(wrapped) as RpcHandlers<S>;
}

function unary(method: string, handler: Unary, { metrics, log }: InstrumentDeps): Unary {
  return async (request, context) => {
    const startedMs = performance.now();
    const ended = (code: string): void => metrics.unaryEnded(method, code, (performance.now() - startedMs) / 1_000);
    try {
      const response = await inRemoteSpan(method, traceHeaders(context), () => handler(request, context));
      ended('OK');
      return response;
    } catch (error) {
      const failure = RpcError.from(error);
      ended(failure.code);
      if (failure.code === 'INTERNAL') log.error({ err: error, method }, 'call failed unexpectedly');
      throw failure;
    }
  };
}

function streaming(method: string, handler: Streaming, { metrics, log }: InstrumentDeps): Streaming {
  return async function* (request, context) {
    metrics.streamOpened(method);
    let open = true;
    const closed = (): void => {
      if (open) metrics.streamClosed(method);
      open = false;
    };
    // A generator that waits inside is not returned to at once; the signal is.
    context.signal.addEventListener('abort', closed, { once: true });
    try {
      yield* handler(request, context);
    } catch (error) {
      const failure = RpcError.from(error);
      if (failure.code === 'INTERNAL') log.error({ err: error, method }, 'stream failed unexpectedly');
      throw failure;
    } finally {
      closed();
    }
  };
}

function traceHeaders({ metadata }: RpcContext): Record<string, string> {
  return Object.fromEntries(
    ['traceparent', 'tracestate'].flatMap((name) => metadata.get(name).map((value) => [name, String(value)])),
  );
}

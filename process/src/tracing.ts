/** OpenTelemetry traces, off unless an OTLP endpoint is configured; W3C trace context travels in gRPC metadata. */
import {
  context,
  propagation,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

export interface Tracing {
  /** Sends what is still queued, for at most two seconds. */
  close(): Promise<void>;
}

export interface TracingOptions {
  readonly process: string;
  /** Such as http://collector:4317; undefined: no traces. */
  readonly otlpEndpoint: string | undefined;
  /** Instead of OTLP, in tests. */
  readonly exporter?: SpanExporter;
}

const maxQueuedSpans = 2_048;
const exportDeadlineMs = 2_000;

export function startTracing(options: TracingOptions): Tracing {
  const exporter = options.exporter ?? otlpExporter(options.otlpEndpoint);
  if (exporter === undefined) return { close: () => Promise.resolve() };
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': `parley-${options.process}` }),
    spanProcessors: [
      new BatchSpanProcessor(exporter, { maxQueueSize: maxQueuedSpans, exportTimeoutMillis: exportDeadlineMs }),
    ],
  });
  provider.register({ propagator: new W3CTraceContextPropagator() });
  return { close: () => provider.shutdown() };
}

function otlpExporter(endpoint: string | undefined): SpanExporter | undefined {
  return endpoint === undefined ? undefined : new OTLPTraceExporter({ url: endpoint, timeoutMillis: exportDeadlineMs });
}

/** Runs `work` in a span, ended with it; an error is recorded and thrown on. Free when tracing is off. */
export async function inSpan<T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>): Promise<T> {
  return trace.getTracer('parley').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Headers that carry the current trace to another part; empty when tracing is off. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** The context that a caller's headers carry, for running a handler in: `context.with(...)`. */
export function contextFromHeaders(headers: Readonly<Record<string, string>>): Context {
  return propagation.extract(context.active(), headers);
}

/** Runs a handler of a remote call as a part of the caller's trace. */
export function inRemoteSpan<T>(
  name: string,
  headers: Readonly<Record<string, string>>,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return context.with(contextFromHeaders(headers), () => inSpan(name, {}, work));
}

import { SpanStatusCode } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { expect, it } from 'vitest';
import { inRemoteSpan, inSpan, startTracing, traceHeaders } from './tracing.js';

it('carries a trace over headers from one part to the next, and records an error', async () => {
  expect(traceHeaders()).toEqual({});

  const exported: ReadableSpan[] = [];
  const tracing = startTracing({
    process: 'test',
    otlpEndpoint: undefined,
    exporter: {
      export: (spans, done) => {
        exported.push(...spans);
        done({ code: ExportResultCode.SUCCESS });
      },
      shutdown: () => Promise.resolve(),
    },
  });
  await inSpan('join', { meetingId: 'abc' }, async () => {
    const headers = traceHeaders();
    await expect(inRemoteSpan('consume', headers, () => Promise.reject(new Error('no room')))).rejects.toThrow(
      'no room',
    );
  });
  await tracing.close();

  const [consume, join] = exported;
  expect([join?.name, consume?.name]).toEqual(['join', 'consume']);
  expect(consume?.spanContext().traceId).toBe(join?.spanContext().traceId);
  expect(consume?.parentSpanContext?.spanId).toBe(join?.spanContext().spanId);
  expect(consume?.status.code).toBe(SpanStatusCode.ERROR);
});

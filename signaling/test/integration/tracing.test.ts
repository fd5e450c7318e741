import { startTracing } from '@parley/process/tracing.js';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import { enter } from '../fakes/client.js';
import { startFakeNode } from '../fakes/fake-node.js';
import { aPlacement, startFakeOperator } from '../fakes/fake-operator.js';
import { aMeetingId } from '../fakes/meeting-id.js';
import { startReplica } from '../fakes/replica.js';

test('one trace leads from the join over the socket to the consumer on the node', async () => {
  const exporter = new InMemorySpanExporter();
  const tracing = startTracing({ process: 'signaling', otlpEndpoint: undefined, exporter });
  const operator = await startFakeOperator();
  const node = await startFakeNode({ name: 'node-a', region: 'eu' });
  const meetingId = aMeetingId();
  operator.set({ meetingId, settings: {}, placements: [aPlacement(node, 'eu')] });
  const replica = await startReplica({ operatorAddress: operator.address });

  const { client } = await enter(replica.port, meetingId);
  await client.request({ type: 'consume', items: [{ producerId: 'none' }] });
  await client.request({ type: 'leave' });
  const traceId = node.traces.get('join')?.split('-')[1];
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(node.traces.get('consume')?.split('-')[1]).toBe(traceId);

  await replica.close();
  await Promise.all([node.stop(), operator.stop()]);
  // What was queued is exported when tracing ends, and the exporter forgets it then.
  const exported: string[] = [];
  const remember = exporter.export.bind(exporter);
  exporter.export = (spans, done) => {
    exported.push(...spans.filter((span) => span.spanContext().traceId === traceId).map(({ name }) => name));
    remember(spans, done);
  };
  await tracing.close();
  expect(exported).toEqual(expect.arrayContaining(['join', 'hello', 'enter node', 'consume', 'leave']));
});

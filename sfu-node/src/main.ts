import { readFileSync } from 'node:fs';
import { createLogger } from '@parley/process/log.js';
import { closeOnSignal } from '@parley/process/shutdown.js';
import { startTelemetryServer } from '@parley/process/telemetry-server.js';
import { startTracing } from '@parley/process/tracing.js';
import { insecureCredentials, tlsCredentials } from '@parley/proto/tls.js';
import { setLogEventListeners } from 'mediasoup';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { calibrate } from './calibrate/calibrate.js';
import { parseConfig } from './config.js';
import { startSfuNode } from './sfu-node.js';
import { untilEmpty } from './until-empty.js';

const closeDeadlineMs = 10_000;

async function serve(): Promise<void> {
  const config = parseConfig(process.env);
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));
  const log = createLogger({ process: 'sfu-node', level: config.logLevel, bindings: { node: config.nodeName } });
  setLogEventListeners({
    onwarn: (namespace, message) => log.warn({ namespace, detail: message }, 'media warning'),
    onerror: (namespace, message, error) => log.error({ namespace, detail: message, err: error }, 'media error'),
  });
  const tracing = startTracing({ process: 'sfu-node', otlpEndpoint: config.otlpEndpoint });
  const registry = new Registry();
  const credentials = config.tlsDir === undefined ? insecureCredentials() : tlsCredentials(config.tlsDir);
  const node = await startSfuNode({ config, credentials, registry, version, log });
  const telemetry = await startTelemetryServer({
    port: config.telemetryPort,
    registry,
    notReadyBecause: () => node.notReadyBecause(),
  });
  closeOnSignal([tracing, telemetry, node], log, {
    graceMs: closeDeadlineMs,
    // The operator sees that the pod is to end, and has its people moved.
    beforeTerminating: (signal) => untilEmpty(node, { withinMs: config.drainMs, log, signal }),
  });
}

const [command, ...args] = process.argv.slice(2);
if (command === 'calibrate') await calibrate(args, (text) => process.stdout.write(text));
else await serve();

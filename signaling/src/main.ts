/** The signaling process. */
import { createLogger } from '@parley/process/log.js';
import { closeOnSignal } from '@parley/process/shutdown.js';
import { startTelemetryServer } from '@parley/process/telemetry-server.js';
import { startTracing } from '@parley/process/tracing.js';
import { Registry } from 'prom-client';
import { parseConfig } from './config.js';
import { startSignaling } from './signaling.js';

const shutdownGraceMs = 15_000;

const config = parseConfig(process.env);
const log = createLogger({ process: 'signaling', level: config.logLevel });
const registry = new Registry();
const tracing = startTracing({ process: 'signaling', otlpEndpoint: config.otlpEndpoint });
const signaling = await startSignaling(config, log, registry);
const telemetry = await startTelemetryServer({
  port: config.telemetryPort,
  registry,
  notReadyBecause: () => signaling.notReadyBecause(),
});
closeOnSignal([tracing, telemetry, signaling], log, { graceMs: shutdownGraceMs });

/** Composition root of the operator. */
import { createLogger } from '@parley/process/log.js';
import { closeOnSignal } from '@parley/process/shutdown.js';
import { startTelemetryServer } from '@parley/process/telemetry-server.js';
import { startTracing } from '@parley/process/tracing.js';
import { Registry } from 'prom-client';
import { parseConfig } from './config.js';
import { systemClock } from './kube/clock.js';
import { loadClusterConfig } from './kube/cluster-config.js';
import { startOperator } from './operator.js';

const GRACE_MS = 15_000;

const config = parseConfig(process.env);
const log = createLogger({ process: 'operator', level: config.logLevel, bindings: { pod: config.podName } });
const tracing = startTracing({ process: 'operator', otlpEndpoint: config.otlpEndpoint });
const kubeConfig = await loadClusterConfig(config.serviceAccount);
const registry = new Registry();
const operator = startOperator({ config, kubeConfig, registry, clock: systemClock, random: Math.random, log });
const telemetry = await startTelemetryServer({
  port: config.telemetryPort,
  registry,
  notReadyBecause: operator.notReadyBecause,
});
closeOnSignal([tracing, telemetry, operator], log, { graceMs: GRACE_MS });

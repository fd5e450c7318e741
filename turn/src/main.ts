/** Composition root of the agent beside coturn. */
import { createLogger } from '@parley/process/log.js';
import { closeOnSignal } from '@parley/process/shutdown.js';
import { startTelemetryServer } from '@parley/process/telemetry-server.js';
import { insecureCredentials, tlsCredentials } from '@parley/proto/tls.js';
import { Registry } from 'prom-client';
import { startAgent } from './agent.js';
import { untilOwnConf } from './conf-owner.js';
import { parseConfig } from './config.js';

const graceMs = 5_000;

const config = parseConfig(process.env);
const log = createLogger({ process: 'turn-agent', level: config.logLevel, bindings: { server: config.name } });
const registry = new Registry();
const credentials = config.tlsDir === undefined ? insecureCredentials() : tlsCredentials(config.tlsDir);
// coturn is started when this process answers.
if (config.confOwner !== undefined) await untilOwnConf({ ...config.confOwner, log });
const agent = await startAgent({ config, credentials, registry, log });
const telemetry = await startTelemetryServer({
  port: config.telemetryPort,
  registry,
  notReadyBecause: () => undefined,
});
closeOnSignal([agent, telemetry], log, { graceMs });

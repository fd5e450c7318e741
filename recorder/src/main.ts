/**
 * Composition root of what a RecordingJob's pod runs.
 *   record        records, composes, and ends with 0 when nothing is left to do
 *   delete        deletes all that the job has stored, and nothing else
 *   check-store   says whether the job's store takes what is written
 */
import { writeFile } from 'node:fs/promises';
import { createLogger } from '@parley/process/log.js';
import { closeOnSignal } from '@parley/process/shutdown.js';
import { startTracing } from '@parley/process/tracing.js';
import { insecureCredentials, tlsCredentials } from '@parley/proto/tls.js';
import { setLogEventListeners } from 'mediasoup';
import { parseConfig, parseStoreConfig } from './config.js';
import { terminationMessage } from './core/report/termination-message.js';
import { serveRecorder } from './program/serve-recorder.js';
import { openStore } from './store/open-store.js';
import { StoreError } from './store/recording-store.js';

/** Within the pod's grace of 30 s: to close what is open and store it. */
const graceMs = 28_000;

async function record(): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLogger({ process: 'recorder', level: config.logLevel, bindings: { recorder: config.name } });
  setLogEventListeners({
    onwarn: (namespace, message) => log.warn({ namespace, detail: message }, 'media warning'),
    onerror: (namespace, message, error) => log.error({ namespace, detail: message, err: error }, 'media error'),
  });
  const tracing = startTracing({ process: 'recorder', otlpEndpoint: config.otlpEndpoint });
  const credentials = config.tlsDir === undefined ? insecureCredentials() : tlsCredentials(config.tlsDir);
  const recorder = await serveRecorder(config, { credentials, log });
  // Not 0 for a pod that is to end: its job is not done.
  closeOnSignal([tracing, recorder], log, { graceMs, signalExitCode: 1 });
  const code = await recorder.done.then(
    async (report) => {
      await writeFile(config.terminationLog, terminationMessage(report));
      return 0;
    },
    (error: unknown) => {
      log.error({ err: error }, 'recording is to go on in another process');
      return 1;
    },
  );
  await recorder.close();
  await tracing.close();
  log.flush();
  process.exit(code);
}

async function withStore(work: 'delete' | 'check-store'): Promise<void> {
  const { recording, logLevel } = parseStoreConfig(process.env);
  const log = createLogger({ process: 'recorder', level: logLevel, bindings: { job: recording.job } });
  const store = openStore(recording);
  try {
    if (work === 'delete') log.info({ objects: await store.deleteAll() }, 'deleted what the job had stored');
    else await store.check();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.error({ err: error, reason: error.reason }, 'the store refuses');
    process.exitCode = 1;
  } finally {
    store.close();
  }
}

const [command = 'record'] = process.argv.slice(2);
if (command === 'record') await record();
else if (command === 'delete' || command === 'check-store') await withStore(command);
else throw new Error(`there is no command ${command}: record, delete or check-store`);

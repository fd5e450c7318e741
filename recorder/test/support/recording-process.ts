/** A recorder in a process of its own, to be killed: records what the played tap sends, until it is told to stop. */
import { createLogger } from '@parley/process/log.js';
import { jobSchema } from '@parley/recorder/config.js';
import { startRecorder } from '@parley/recorder/program/recorder.js';
import { openStore } from '@parley/recorder/store/open-store.js';
import { Registry } from 'prom-client';
import { annsTracks, playTap } from './played-tap.js';

const [workDir = '', name = '', json = ''] = process.argv.slice(2);
const settings = jobSchema.parse(JSON.parse(json));
const tracks = await annsTracks();
const recorder = startRecorder({
  ...{ name, instanceId: 'i', settings, workDir, store: openStore(settings), registry: new Registry() },
  log: createLogger({ process: 'recorder', level: 'silent' }),
  startTap: (listener) => Promise.resolve(playTap(listener, tracks)),
  compose: () => Promise.resolve({ durationMs: 0, outputs: [], missing: [] }),
  composeFailure: () => undefined,
});
process.on('message', () => recorder.stop('Stopped'));
await recorder.done;
process.exit(0);

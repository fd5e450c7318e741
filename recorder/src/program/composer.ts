/** Composing, as the recorder's program asks for it. */
import { ComposeError } from '../compose/compose-error.js';
import { composeRecording } from '../compose/compose-recording.js';
import type { RecorderConfig } from '../config.js';
import type { RecordingStore } from '../store/recording-store.js';
import type { RecorderOptions } from './recorder.js';

/** Of segments on the disk that are needed more than once. */
const cacheBytes = 256 * 1024 * 1024;

export function createComposer(
  { recording, threads, font, workDir }: RecorderConfig,
  store: RecordingStore,
): Pick<RecorderOptions, 'compose' | 'composeFailure'> {
  const { layout, outputs, keepSegments } = recording;
  return {
    compose: ({ manifest, signal, onProgress }) =>
      composeRecording({
        ...{ store, manifest, workDir, signal, onProgress },
        settings: { layout, outputs, keepSegments, threads, font, cacheBytes },
      }),
    composeFailure: (error) =>
      error instanceof ComposeError ? { reason: error.reason, message: error.message } : undefined,
  };
}

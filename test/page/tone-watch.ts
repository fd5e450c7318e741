import type { ToneReport } from '@parley/e2e/probe/probe-contract.js';
import { audioContext } from './fake-microphone.js';

/** Listens to a track for a while, and tells its loudest tone. */
export async function listenTo(track: MediaStreamTrack, forMs: number): Promise<ToneReport> {
  const audio = audioContext();
  const stream = new MediaStream([track]);
  // Chromium decodes a remote track only for an element that plays it.
  const element = new Audio();
  element.srcObject = stream;
  element.muted = true;
  await element.play();
  const source = new MediaStreamAudioSourceNode(audio, { mediaStream: stream });
  const analyser = new AnalyserNode(audio, { fftSize: 8192, smoothingTimeConstant: 0 });
  source.connect(analyser);
  try {
    await new Promise((resolve) => setTimeout(resolve, forMs));
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    const peakDb = Math.max(...levels);
    return { peakDb, peakHz: (levels.indexOf(peakDb) * audio.sampleRate) / analyser.fftSize };
  } finally {
    source.disconnect();
    element.srcObject = null;
  }
}

/** One audio context for the page: each costs a thread. */
let context: AudioContext | undefined;

export function audioContext(): AudioContext {
  context ??= new AudioContext({ latencyHint: 'playback' });
  void context.resume();
  return context;
}

export interface FakeMicrophone {
  readonly track: MediaStreamTrack;
  setLoudness(loudness: number): void;
}

/** A track with one steady tone, by which its hearers know it. */
export function createFakeMicrophone(toneHz: number, loudness: number): FakeMicrophone {
  const audio = audioContext();
  const tone = new OscillatorNode(audio, { frequency: toneHz });
  const gain = new GainNode(audio, { gain: loudness });
  const out = new MediaStreamAudioDestinationNode(audio, { channelCount: 1 });
  tone.connect(gain).connect(out);
  tone.start();
  const [track] = out.stream.getAudioTracks();
  if (track === undefined) throw new Error('an audio destination without a track');
  return { track, setLoudness: (next) => gain.gain.setValueAtTime(next, audio.currentTime) };
}

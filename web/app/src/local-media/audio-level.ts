/** How loud a track is, for a meter: calls back about 20 times a second with 0 (silent) to 1 (full scale, on a dB scale). */
const intervalMs = 50;
const silenceDb = -60;

export function watchAudioLevel(track: MediaStreamTrack, heard: (level: number) => void): () => void {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = window.setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const db = 10 * Math.log10(power + 1e-12);
    heard(Math.min(1, Math.max(0, 1 - db / silenceDb)));
  }, intervalMs);
  // A page may have to be touched first; it was, or devices would not be open. If not, the meter stays empty.
  void context.resume();
  return () => {
    window.clearInterval(timer);
    source.disconnect();
    void context.close();
  };
}

/**
 * Runs in a robot's page, before it: its camera is a small drawing that moves, its microphone a hum that comes and goes, so that
 * robots take turns as the active speaker. 320 × 180 at 15 frames a second cost next to nothing.
 */
export function actAsRobot({ name, index, count }) {
  const framesPerSecond = 15;
  const turnMs = 4_000;
  const hue = (index * 137) % 360;

  const isSpeaking = () => Math.floor(Date.now() / turnMs) % count === index;

  function draw(context, width, height) {
    const seconds = Date.now() / 1_000;
    const sky = context.createLinearGradient(0, 0, width, height);
    sky.addColorStop(0, `hsl(${hue} 60% 28%)`);
    sky.addColorStop(1, `hsl(${(hue + 50) % 360} 65% 48%)`);
    context.fillStyle = sky;
    context.fillRect(0, 0, width, height);
    for (let ring = 0; ring < 5; ring++) {
      const angle = seconds * (0.6 + ring * 0.17) + ring * 1.3;
      context.beginPath();
      context.arc(
        width / 2 + Math.cos(angle) * width * 0.32,
        height / 2 + Math.sin(angle * 1.4) * height * 0.3,
        10 + ring * 5,
        0,
        Math.PI * 2,
      );
      context.fillStyle = `hsl(${(hue + 180 + ring * 18) % 360} 85% 70% / 75%)`;
      context.fill();
    }
    // A face: eyes that blink, and a mouth that moves while it speaks.
    const mouth = isSpeaking() ? 5 + 8 * Math.abs(Math.sin(seconds * 9)) : 3;
    const eye = seconds % 4 < 0.15 ? 2 : 9;
    context.fillStyle = 'hsl(0 0% 100% / 92%)';
    context.beginPath();
    context.roundRect(width / 2 - 52, height / 2 - 46, 104, 92, 22);
    context.fill();
    context.fillStyle = `hsl(${hue} 60% 22%)`;
    for (const x of [-22, 22]) {
      context.beginPath();
      context.ellipse(width / 2 + x, height / 2 - 12, 9, eye, 0, 0, Math.PI * 2);
      context.fill();
    }
    context.beginPath();
    context.ellipse(width / 2, height / 2 + 22, 22, mouth, 0, 0, Math.PI * 2);
    context.fill();
    context.fillStyle = 'white';
    context.font = '600 15px sans-serif';
    context.fillText(`${name} · ${new Date().toISOString().slice(11, 19)}`, 10, 22);
  }

  function camera() {
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 180;
    const context = canvas.getContext('2d');
    setInterval(() => draw(context, canvas.width, canvas.height), 1_000 / framesPerSecond);
    return canvas.captureStream(framesPerSecond).getVideoTracks();
  }

  function microphone() {
    const audio = new AudioContext();
    const hum = audio.createOscillator();
    hum.type = 'triangle';
    hum.frequency.value = 140 + index * 60;
    const loudness = audio.createGain();
    loudness.gain.value = 0;
    const output = audio.createMediaStreamDestination();
    hum.connect(loudness).connect(output);
    hum.start();
    setInterval(() => {
      const syllable = isSpeaking() ? 0.08 * (0.5 + 0.5 * Math.sin(Date.now() / 90)) : 0;
      loudness.gain.setTargetAtTime(syllable, audio.currentTime, 0.03);
    }, 50);
    return output.stream.getAudioTracks();
  }

  navigator.mediaDevices.getUserMedia = ({ audio, video }) =>
    Promise.resolve(new MediaStream([...(audio ? microphone() : []), ...(video ? camera() : [])]));
}

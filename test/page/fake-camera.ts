import { paintTimeCode } from '@parley/e2e/probe/time-code.js';
import type { FakeDevices } from '@parley/e2e/probe/probe-contract.js';

/** A track of pictures made of numbers: the time code above, a moving bar below, all in the camera's own colour. */
export function createFakeCamera({ cameraId, width, height, framesPerSecond }: FakeDevices): MediaStreamTrack {
  const generator = new MediaStreamTrackGenerator({ kind: 'video' });
  const writer = generator.writable.getWriter();
  const lumaBytes = width * height;
  const picture = new Uint8Array(lumaBytes * 1.5);
  picture.fill((cameraId * 83) % 256, lumaBytes, lumaBytes * 1.25);
  picture.fill((cameraId * 157) % 256, lumaBytes * 1.25);
  const luma = { data: picture.subarray(0, lumaBytes), stride: width, width, height };
  // As a real camera's track does.
  Object.assign(generator, { getSettings: () => ({ width, height, frameRate: framesPerSecond }) });
  let frame = 0;

  const paint = (): void => {
    if (generator.readyState === 'ended') {
      clearInterval(timer);
      void writer.close().catch(() => undefined);
      return;
    }
    if ((writer.desiredSize ?? 0) <= 0) return;
    frame += 1;
    luma.data.fill(96, lumaBytes / 4);
    const bar = (frame * 4) % width;
    for (let row = Math.floor(height * 0.5); row < height * 0.75; row++)
      luma.data.fill(200, row * width + bar, row * width + Math.min(bar + 24, width));
    paintTimeCode(luma, { timeMs: Date.now(), cameraId });
    const format = { format: 'I420' as const, codedWidth: width, codedHeight: height };
    void writer
      .write(new VideoFrame(picture, { ...format, timestamp: Math.round(performance.now() * 1000) }))
      .catch(() => undefined);
  };
  const timer = setInterval(paint, 1000 / framesPerSecond);
  return generator;
}

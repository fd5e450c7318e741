/** The picture's size and rate: of every composed recording, so that its scenes can be joined by copying. */
export const width = 1920;
export const height = 1080;
export const framesPerSecond = 30;
export const samplesPerSecond = 48_000;

/** The frame that begins nearest to a time. */
export function frameAt(ms: number): number {
  return Math.round((ms * framesPerSecond) / 1000);
}

export function msOfFrame(frame: number): number {
  return (frame * 1000) / framesPerSecond;
}

/** Of a recording that is so long: at least one. */
export function totalFrames(endMs: number): number {
  return Math.max(1, frameAt(endMs));
}

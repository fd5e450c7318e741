/** What the script in a test's page (test/page) does for the test outside of it. Everything here travels as JSON. */

export interface FakeDevices {
  /** 1 to 255; is in every picture, and gives it its colour. */
  readonly cameraId: number;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** What the microphone hears. */
  readonly toneHz: number;
  /** 0 to 1. */
  readonly loudness: number;
}

export interface Span {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

/** What was seen of one remote camera. */
export interface PictureReport {
  readonly frames: number;
  /** Frames whose time code could be read. */
  readonly coded: number;
  readonly cameraIds: readonly number[];
  readonly width: number;
  readonly height: number;
  /** The longest time without a decoded frame, up to now. */
  readonly maxGapMs: number;
  /** All that were longer than 150 ms. */
  readonly gaps: readonly Stall[];
  readonly sinceLastMs: number;
  /** From the camera to the decoded picture. */
  readonly delay: Span | undefined;
  readonly firstAtMs: number;
  /** When the first was decoded that the camera took after the report's beginning; 0: none was. */
  readonly freshAtMs: number;
}

/** A time in which a page's own timers did not run: the machine was busy, or the page. */
export interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What was heard of one remote microphone that gives a steady tone. */
export interface SoundReport {
  readonly isHeard: boolean;
  readonly sinceLastMs: number;
  /** All silences, as decoded, that were longer than 20 ms. */
  readonly gaps: readonly Stall[];
}

export interface ToneReport {
  readonly peakHz: number;
  readonly peakDb: number;
}

/** `globalThis.parleyProbe` in a page that the probe was added to. */
export interface Probe {
  /** Puts fake devices into the place of the machine's: getUserMedia gives their tracks from now on. */
  installDevices(devices: FakeDevices): void;
  setLoudness(loudness: number): void;
  /** Watches the `<video>` with this label as `label/video`, and every sound of the page as `voices`. */
  watchVideosLabelled(label: string): void;
  /** @param sinceMs frames decoded before it (Date.now()) are left out; a gap counts from there. */
  pictures(key: string, sinceMs?: number): PictureReport;
  /** Begins to listen to all that comes under this key. */
  watchSound(key: string): void;
  /** @param sinceMs as for pictures */
  sound(key: string, sinceMs: number): SoundReport;
  keys(): readonly string[];
  /** Of this page, since then. */
  stalls(sinceMs: number): readonly Stall[];
  /** Listens for so long, then says what was loudest. */
  listen(key: string, forMs: number): Promise<ToneReport>;
}

export const noPictures: PictureReport = {
  frames: 0,
  coded: 0,
  cameraIds: [],
  width: 0,
  height: 0,
  maxGapMs: Number.POSITIVE_INFINITY,
  gaps: [],
  sinceLastMs: Number.POSITIVE_INFINITY,
  delay: undefined,
  firstAtMs: 0,
  freshAtMs: 0,
};

/** Milliseconds since the recording's start. It runs on when the machine's clock is set. */
export interface RecordingClock {
  nowMs(): number;
}

/** @param startedAtMs since 1970. */
export function createRecordingClock(startedAtMs: number): RecordingClock {
  const offsetMs = Date.now() - startedAtMs - performance.now();
  return { nowMs: () => offsetMs + performance.now() };
}

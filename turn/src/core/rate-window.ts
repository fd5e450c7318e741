/** Bytes per second over the last minute. coturn tells of a session's traffic every 4,096 packets only: over less time it would jump. */
export type RateWindow = { readonly second: number; bytes: number }[];

const WINDOW_SECONDS = 60;

export function addToRate(window: RateWindow, bytes: number, nowMs: number): void {
  const second = Math.floor(nowMs / 1_000);
  const last = window.at(-1);
  if (last?.second === second) last.bytes += bytes;
  else window.push({ second, bytes });
  while ((window[0]?.second ?? second) <= second - WINDOW_SECONDS) window.shift();
}

export function rateOf(window: RateWindow, nowMs: number): number {
  const since = Math.floor(nowMs / 1_000) - WINDOW_SECONDS;
  return window.reduce((sum, { second, bytes }) => (second > since ? sum + bytes : sum), 0) / WINDOW_SECONDS;
}

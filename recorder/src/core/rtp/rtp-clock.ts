/**
 * From a stream's RTP timestamps to the recording's clock. What arrived fastest tells best when it was sent: the offset follows the
 * least `arrival − timestamp` of the last seconds, slowly, so that neither jitter nor the drift of two clocks shows. One state for
 * each stream (SSRC of a copy); pure.
 */
export interface RtpClockState {
  readonly clockRate: number;
  /** Unwrapped, of the newest packet. */
  readonly timestamp: number;
  readonly arrivedMs: number;
  /** What that packet was given. */
  readonly atMs: number;
  /** Added to the timestamp, in milliseconds. */
  readonly offsetMs: number;
  readonly settledAtMs: number;
  readonly window: { readonly endsMs: number; readonly least: number; readonly leastBefore: number };
}

export interface RtpClockPacket {
  /** 32 bits. */
  readonly timestamp: number;
  /** On the recording's clock. */
  readonly arrivedMs: number;
}

const windowMs = 5_000;
/** Until then the first packets' delay is still being learnt, and is corrected at once. */
const settlingMs = 5_000;
/** 5 ms a second: a hundred times the worst clock's drift, and nothing that is heard or seen. */
const slewPerMs = 0.005;
/**
 * Beyond it the sender's timestamps have jumped, as after a device was changed: they are further on than can be, or went back, or stood
 * still in a pause. What only comes late, as when this process or the network stood still, has not jumped.
 */
const jumpMs = 1_000;
const pauseMs = 3_000;
/** When everything has been later than that for a window's time, that is how late it is. */
const staleMs = 500;

export function startRtpClock(clockRate: number, { timestamp, arrivedMs }: RtpClockPacket): RtpClockState {
  const offsetMs = arrivedMs - (timestamp / clockRate) * 1_000;
  return {
    clockRate,
    timestamp,
    arrivedMs,
    atMs: arrivedMs,
    offsetMs,
    settledAtMs: arrivedMs + settlingMs,
    window: { endsMs: arrivedMs + windowMs, least: offsetMs, leastBefore: Infinity },
  };
}

/** The state's `atMs` is the packet's time: packets of one frame share it, and it never runs backwards. */
export function tickRtpClock(state: RtpClockState, packet: RtpClockPacket): RtpClockState {
  const { clockRate } = state;
  const timestamp = unwrap(packet.timestamp, state.timestamp);
  if (timestamp === state.timestamp) return state;
  const arrivedMs = Math.max(packet.arrivedMs, state.arrivedMs);
  const passedMs = arrivedMs - state.arrivedMs;
  const mediaMs = (timestamp / clockRate) * 1_000;
  const transit = packet.arrivedMs - mediaMs;
  const late = transit - state.offsetMs;
  const wentBack = timestamp < state.timestamp;
  if (late < -jumpMs || (late > jumpMs && (wentBack || passedMs > pauseMs)))
    return notBefore(state, startRtpClock(clockRate, packet));
  const window = slide(state.window, transit, arrivedMs);
  const wanted = Math.min(window.least, window.leastBefore) - state.offsetMs;
  const most = passedMs * slewPerMs;
  const settling = (arrivedMs < state.settledAtMs && wanted < 0) || wanted > staleMs;
  const offsetMs = state.offsetMs + (settling ? wanted : Math.max(-most, Math.min(most, wanted)));
  return notBefore(state, { ...state, timestamp, arrivedMs, offsetMs, window, atMs: mediaMs + offsetMs });
}

function slide(window: RtpClockState['window'], transit: number, nowMs: number): RtpClockState['window'] {
  if (nowMs < window.endsMs) return { ...window, least: Math.min(window.least, transit) };
  return { endsMs: nowMs + windowMs, least: transit, leastBefore: window.least };
}

function notBefore(state: RtpClockState, next: RtpClockState): RtpClockState {
  return next.atMs >= state.atMs ? next : { ...next, atMs: state.atMs };
}

/** The number nearest to the one before that has these 32 bits. */
function unwrap(timestamp: number, before: number): number {
  const range = 2 ** 32;
  const difference = (((timestamp - before) % range) + range * 1.5) % range;
  return before + difference - range / 2;
}

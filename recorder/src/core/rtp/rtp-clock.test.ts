import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startRtpClock, tickRtpClock, type RtpClockPacket, type RtpClockState } from './rtp-clock.js';

const rate = 90_000;

/** Times that a stream's packets are given. */
function timesOf(packets: readonly RtpClockPacket[], clockRate = rate): number[] {
  let state: RtpClockState | undefined;
  return packets.map((packet) => {
    state = state === undefined ? startRtpClock(clockRate, packet) : tickRtpClock(state, packet);
    return state.atMs;
  });
}

/** A frame each 40 ms, of a sender whose first timestamp is `first`, arriving `delay(i)` after it was sent. */
function stream(frames: number, first: number, delay: (frame: number) => number, drift = 0): RtpClockPacket[] {
  return Array.from({ length: frames }, (_, frame) => ({
    timestamp: (first + Math.round(frame * 40 * 90 * (1 + drift))) % 2 ** 32,
    arrivedMs: 1_000 + frame * 40 + delay(frame),
  }));
}

describe('the recording’s time of a packet', () => {
  it('is when it was sent and the least delay, whatever the jitter', () => {
    const times = timesOf(stream(500, 7, (frame) => (frame % 5 === 3 ? 20 : 20 + ((frame * 37) % 90))));
    times.slice(10).forEach((time, i) => expect(time).toBeCloseTo(1_000 + (i + 10) * 40 + 20, 0));
  });

  it('goes on when the timestamps wrap around', () => {
    const times = timesOf(stream(500, 2 ** 32 - 250 * 3_600, () => 20));
    expect(times.at(-1)).toBeCloseTo(1_020 + 499 * 40, 3);
  });

  it('follows a sender whose clock runs 100 ppm fast or slow for an hour', () => {
    for (const drift of [1e-4, -1e-4]) {
      const frames = 90_000;
      const times = timesOf(stream(frames, 0, (frame) => 20 + (frame % 3), drift));
      expect(Math.abs(times.at(-1)! - (1_020 + (frames - 1) * 40))).toBeLessThan(15);
    }
  });

  it('is the same for all packets of a frame', () => {
    const [first, second] = timesOf([
      { timestamp: 500, arrivedMs: 100 },
      { timestamp: 500, arrivedMs: 117 },
    ]);
    expect(second).toBe(first);
  });

  it('begins anew where the sender’s timestamps jump', () => {
    const before = stream(50, 0, () => 20);
    const after = stream(50, 3_000_000_000, () => 2_020);
    const times = timesOf([...before, ...after]);
    expect(times[50]).toBeCloseTo(3_020, 3);
    expect(times.at(-1)).toBeCloseTo(3_020 + 49 * 40, 3);
  });

  it('goes on after an hour of silence in which the sender’s clock ran on', () => {
    const paused = stream(100, 0, (frame) => (frame === 0 ? 20 : 20));
    const later = paused.map(({ timestamp, arrivedMs }) => ({
      timestamp: timestamp + 3_600_000 * 90,
      arrivedMs: arrivedMs + 3_600_000,
    }));
    expect(timesOf([...paused, ...later]).at(-1)).toBeCloseTo(1_020 + 99 * 40 + 3_600_000, 0);
  });

  it('is not led astray by one delay of two seconds', () => {
    const times = timesOf(
      stream(400, 0, (frame) => 20 + (frame >= 200 && frame < 250 ? 2_000 - (frame - 200) * 40 : 0)),
    );
    expect(times.at(-1)).toBeCloseTo(1_020 + 399 * 40, 0);
  });

  it('goes on when this process stood still, and then got everything at once', () => {
    const times = timesOf(stream(400, 0, (frame) => 20 + (frame >= 50 && frame < 90 ? 1_600 - (frame - 50) * 40 : 0)));
    times.forEach((time, i) => expect(time).toBeCloseTo(1_020 + i * 40, 0));
  });

  it('begins anew after a pause in which the sender’s clock stood still', () => {
    const times = timesOf(stream(100, 0, (frame) => (frame < 50 ? 20 : 10_020)));
    expect(times[50]).toBeCloseTo(1_020 + 50 * 40 + 10_000, 0);
    expect(times.at(-1)).toBeCloseTo(1_020 + 99 * 40 + 10_000, 0);
  });

  it('never runs backwards, and never before anything has arrived', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ timestamp: fc.nat(2 ** 32 - 1), afterMs: fc.nat(5_000) }), {
          minLength: 1,
          maxLength: 60,
        }),
        (steps) => {
          let arrivedMs = 0;
          const times = timesOf(
            steps.map(({ timestamp, afterMs }) => ({ timestamp, arrivedMs: (arrivedMs += afterMs) })),
          );
          times.forEach((time, i) => expect(time).toBeGreaterThanOrEqual(times[i - 1] ?? steps[0]!.afterMs));
        },
      ),
    );
  });
});

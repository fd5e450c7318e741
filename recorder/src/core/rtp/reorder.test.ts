import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyReorder, releaseDue, reorder, type ArrivedPacket, type ReorderState } from './reorder.js';

const limits = { waitMs: 250, packets: 64 };

function packet(sequence: number, arrivedMs: number): ArrivedPacket {
  return {
    packet: { sequence: sequence % 0x10000, timestamp: 0, ssrc: 1, bytes: new Uint8Array(), payloadBytes: 0 },
    arrivedMs,
  };
}

function run(arrivals: readonly ArrivedPacket[]): {
  out: number[];
  lost: number;
  dropped: number;
  state: ReorderState;
} {
  let state = emptyReorder;
  const out: number[] = [];
  let lost = 0;
  let dropped = 0;
  for (const arrived of arrivals) {
    const step = reorder(state, arrived, limits);
    state = step.state;
    out.push(...step.due.map(({ packet: { sequence } }) => sequence));
    lost += step.lost;
    dropped += step.dropped;
  }
  return { out, lost, dropped, state };
}

describe('packets', () => {
  it.each([
    ['in order are due at once', [1, 2, 3], [1, 2, 3]],
    ['that changed places are put right', [1, 3, 2, 4], [1, 2, 3, 4]],
    ['that came twice count once', [1, 2, 2, 3], [1, 2, 3]],
    ['go on over the end of their numbers', [65_534, 65_535, 1, 0, 2], [65_534, 65_535, 0, 1, 2]],
    ['behind a hole wait', [1, 3, 4], [1]],
  ])('%s', (_, sent, expected) => {
    expect(run(sent.map((sequence, i) => packet(sequence, i))).out).toEqual(expected);
  });

  it('behind a hole are due when it has lasted too long, and what comes then is dropped', () => {
    const { state } = run([packet(1, 0), packet(3, 10), packet(4, 20)]);
    expect(releaseDue(state, 259, limits).due).toEqual([]);
    const late = releaseDue(state, 260, limits);
    expect([late.due.length, late.lost]).toEqual([2, 1]);
    expect(reorder(late.state, packet(2, 270), limits)).toMatchObject({ due: [], dropped: 1 });
  });

  it('wait in no more than the limit', () => {
    const many = Array.from({ length: 200 }, (_, i) => packet(i + 2, 10));
    const { state, out, lost } = run([packet(0, 0), ...many]);
    expect(state.waiting.length).toBeLessThanOrEqual(64);
    expect([out.length, lost]).toEqual([201, 1]);
  });

  it('come out in order, once, and none is lost that came in time', () => {
    const shuffled = fc
      .array(fc.record({ delay: fc.nat(200), first: fc.constant(65_500) }), { minLength: 1, maxLength: 120 })
      .map((sent) =>
        sent
          .map(({ delay, first }, i) => ({ sequence: first + i, at: i === 0 ? 0 : i * 5 + delay }))
          .toSorted((a, b) => a.at - b.at),
      );
    fc.assert(
      fc.property(shuffled, (sent) => {
        const { out, lost, dropped } = run(sent.map(({ sequence, at }) => packet(sequence, at)));
        expect({ out, lost, dropped }).toEqual({
          out: sent.map(({ sequence }) => sequence % 0x10000).toSorted((a, b) => order(a) - order(b)),
          lost: 0,
          dropped: 0,
        });
      }),
    );
  });
});

function order(sequence: number): number {
  return sequence < 30_000 ? sequence + 0x10000 : sequence;
}

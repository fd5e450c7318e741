import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeShare, paintTimeCode, readTimeCode, type LumaPlane } from './time-code.js';

const nowMs = Date.UTC(2031, 4, 5, 6, 7, 8, 9);

function grey(width: number, height: number): LumaPlane {
  return { data: new Uint8Array(width * height * codeShare).fill(128), stride: width, width, height };
}

/** Every `by`-th pixel, as a smaller simulcast layer has it. */
function smaller(plane: LumaPlane, by: number): LumaPlane {
  const to = grey(plane.width / by, plane.height / by);
  to.data.forEach((_, at) => {
    const [x, y] = [at % to.width, Math.floor(at / to.width)];
    to.data[at] = plane.data[y * by * plane.stride + x * by]!;
  });
  return to;
}

test('what is painted is read again, also from a picture of half the size and with noise', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: nowMs - 60_000, max: nowMs }),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom(1, 2),
      (timeMs, cameraId, by) => {
        const plane = grey(320, 180);
        paintTimeCode(plane, { timeMs, cameraId });
        const seen = smaller(plane, by);
        seen.data.forEach((level, at) => (seen.data[at] = level + ((at * 31) % 41) - 20));
        expect(readTimeCode(seen, nowMs)).toEqual({ timeMs, cameraId });
      },
    ),
  );
});

test('a picture without a code, and one with a damaged block, give nothing', () => {
  const plane = grey(320, 180);
  expect(readTimeCode(plane, nowMs)).toBeUndefined();
  paintTimeCode(plane, { timeMs: nowMs, cameraId: 7 });
  for (let row = 0; row < 22; row++)
    plane.data.subarray(row * 320, row * 320 + 16).forEach((level, x) => (plane.data[row * 320 + x] = 255 - level));
  expect(readTimeCode(plane, nowMs)).toBeUndefined();
});

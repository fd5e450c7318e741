import { describe, expect, it } from 'vitest';
import { parseGstLine } from './gst-line.js';
import { h264ParameterSet } from './h264-parameters.js';
import { isKeyFrameDue, turnOf } from './key-frame-due.js';
import { matroskaStartMs } from './matroska-start.js';

describe('lines of gst-launch', () => {
  it.each([
    [
      'a file that is whole, and when what follows begins',
      'Got message #58 from element "multifilesink0" (element): GstMultiFileSink, filename=(string)/w/a-1/00003.mkv, index=(int)4, timestamp=(guint64)14000400000, stream-time=(guint64)1, running-time=(guint64)1, duration=(guint64)18446744073709551615;',
      { kind: 'Closed', path: '/w/a-1/00003.mkv', untilMs: 14_000 },
    ],
    [
      'a size',
      '/GstPipeline:pipeline0/GstMatroskaMux:matroskamux0.GstMatroskamuxPad:video_0: caps = video/x-vp8, framerate=(fraction)0/1, height=(int)180, width=(int)320, profile=(string)0',
      { kind: 'Resized', width: 320, height: 180 },
    ],
    [
      'what went wrong',
      'ERROR: from element /GstPipeline: no',
      { kind: 'Failed', message: 'ERROR: from element /GstPipeline: no' },
    ],
    ['anything else', 'Pipeline is PREROLLED ...', undefined],
  ])('%s', (_, line, expected) => {
    expect(parseGstLine(line)).toEqual(expected);
  });
});

describe('a file begins at its first cluster', () => {
  const head = [0x1a, 0x45, 0xdf, 0xa3, 0x80];
  const unknownSize = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
  it.each([
    ['of unknown size', [...head, 0x1f, 0x43, 0xb6, 0x75, ...unknownSize, 0xe7, 0x82, 0x0f, 0xad], 4_013],
    ['of known size', [...head, 0x1f, 0x43, 0xb6, 0x75, 0x40, 0x02, 0xe7, 0x81, 0x07], 7],
    ['at zero', [0x1f, 0x43, 0xb6, 0x75, 0x85, 0xe7, 0x81, 0x00], 0],
    ['that is cut off', [0x1f, 0x43, 0xb6, 0x75, 0x85, 0xe7, 0x82, 0x00], undefined],
    ['that is not there', head, undefined],
  ])('%s', (_, bytes, expected) => {
    expect(matroskaStartMs(Uint8Array.from(bytes))).toBe(expected);
  });
});

describe('H.264 parameter sets', () => {
  const sps = [0x67, 1, 2, 3];
  it.each([
    ['alone', sps, sps],
    ['among others', [0x78, 0, 2, 0x09, 0xf0, 0, 4, ...sps, 0, 1, 0x68], sps],
    ['not in a picture', [0x65, 1, 2], undefined],
    ['not in what is cut off', [0x78, 0], undefined],
    ['not in nothing', [], undefined],
  ])('%s', (_, payload, expected) => {
    const found = h264ParameterSet(Uint8Array.from(payload));
    expect(found && [...found]).toEqual(expected);
  });
});

describe('a key frame is asked for', () => {
  it.each([
    ['when a segment is long enough', { cutAtMs: 0, askedAtMs: undefined, isBroken: false }, 4_000, true],
    ['not before', { cutAtMs: 0, askedAtMs: undefined, isBroken: false }, 3_900, false],
    ['at once when pictures are broken', { cutAtMs: 0, askedAtMs: undefined, isBroken: true }, 100, true],
    ['not again within a second', { cutAtMs: 0, askedAtMs: 4_000, isBroken: true }, 4_900, false],
    ['again after a second', { cutAtMs: 0, askedAtMs: 4_000, isBroken: false }, 5_000, true],
  ])('%s', (_, times, nowMs, expected) => {
    expect(isKeyFrameDue(times, nowMs)).toBe(expected);
  });

  it('of tracks in turn', () => {
    const turns = Array.from({ length: 100 }, (_, i) => turnOf(`track-${String(i)}`));
    expect(Math.max(...turns)).toBeLessThan(2_000);
    expect(new Set(turns.map((turn) => Math.floor(turn / 500))).size).toBe(4);
  });
});

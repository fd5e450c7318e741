/** What to send up, from the size of the capture: simulcast for VP8 and H.264, SVC for VP9 and AV1. */

export type VideoCodec = 'vp8' | 'vp9' | 'h264' | 'av1';

export interface Capture {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly framesPerSecond: number;
}

/** A subset of RTCRtpEncodingParameters. */
export interface Encoding {
  readonly maxBitrate: number;
  readonly scaleResolutionDownBy?: number;
  /** Absent: one layer. */
  readonly scalabilityMode?: string;
}

/** No layer has a shorter side below this: decoders gain nothing from it. */
const smallestSidePx = 150;

/** Bits a second for a camera picture of so many pixels: 0.075 bit a pixel at 30 frames/s, within 100 kbit/s and 2.5 Mbit/s. */
function bitrateOf(pixels: number, framesPerSecond: number): number {
  const bits = pixels * Math.min(framesPerSecond, 30) * 0.075;
  return Math.round(Math.min(2_500_000, Math.max(100_000, bits)) / 1000) * 1000;
}

function layerCount(capture: Capture): number {
  const side = Math.min(capture.widthPx, capture.heightPx);
  return 1 + [2, 4].filter((scale) => side / scale >= smallestSidePx).length;
}

/**
 * Encodings smallest first, as mediasoup numbers spatial layers. A single one has no temporal layers: mediasoup 3.27 drops a newcomer's
 * key frame of such a stream, for it isn't marked as a point to go up in temporal layers, and the first picture comes 300 ms later.
 */
export function selectEncodings(codec: VideoCodec, capture: Capture): Encoding[] {
  const count = layerCount(capture);
  const pixels = capture.widthPx * capture.heightPx;
  const full = bitrateOf(pixels, capture.framesPerSecond);
  if (codec === 'vp9' || codec === 'av1') {
    const suffix = count > 1 ? '_KEY' : '';
    return [{ maxBitrate: full, scalabilityMode: `L${count}T3${suffix}` }];
  }
  if (count === 1) return [{ maxBitrate: full }];
  return Array.from({ length: count }, (_, index) => {
    const scaleResolutionDownBy = 2 ** (count - 1 - index);
    return {
      scaleResolutionDownBy,
      maxBitrate: bitrateOf(pixels / scaleResolutionDownBy ** 2, capture.framesPerSecond),
      scalabilityMode: 'L1T3',
    };
  });
}

/** A shared screen: one full-size encoding, sharp rather than smooth. */
export function selectScreenEncodings(capture: Capture): Encoding[] {
  const bits = Math.max(1_500_000, bitrateOf(capture.widthPx * capture.heightPx, capture.framesPerSecond));
  return [{ maxBitrate: bits }];
}

/** What to send up, from the size of the capture: simulcast for VP8 and H.264, SVC for VP9, one layer for AV1. */

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
  const layers = Array.from({ length: count }, (_, index) => {
    const scaleResolutionDownBy = 2 ** (count - 1 - index);
    const maxBitrate = bitrateOf(pixels / scaleResolutionDownBy ** 2, capture.framesPerSecond);
    return { scaleResolutionDownBy, maxBitrate };
  });
  const full = bitrateOf(pixels, capture.framesPerSecond);
  // mediasoup 3.27 takes no AV1 in simulcast, and of its spatial layers Chromium decodes no more than the first pictures.
  if (count === 1 || codec === 'av1') return [{ maxBitrate: full }];
  if (codec === 'vp9') {
    // Between key frames the layers don't depend on each other: they cost what simulcast costs.
    const maxBitrate = layers.reduce((sum, layer) => sum + layer.maxBitrate, 0);
    return [{ maxBitrate, scalabilityMode: `L${count}T3_KEY` }];
  }
  return layers.map((layer) => ({ ...layer, scalabilityMode: 'L1T3' }));
}

/** A shared screen: one full-size encoding, sharp rather than smooth. */
export function selectScreenEncodings(capture: Capture): Encoding[] {
  const bits = Math.max(1_500_000, bitrateOf(capture.widthPx * capture.heightPx, capture.framesPerSecond));
  return [{ maxBitrate: bits }];
}

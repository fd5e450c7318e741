/**
 * Packets and bits of a meeting's streams. Layers and their bitrates are the SDK's own (web/sdk/src/core), packets follow from them.
 */
import { selectEncodings } from '@parley/sdk/core/encodings/select-encodings.js';
import { selectLayers } from '@parley/sdk/core/layers/select-layers.js';

const PAYLOAD_BITS = 1_150 * 8;
const FRAMES_PER_SECOND = 30;
const CAMERA = { widthPx: 1280, heightPx: 720, framesPerSecond: FRAMES_PER_SECOND };
const encodings = selectEncodings('vp8', CAMERA);
const ladder = {
  layerWidthsPx: encodings.map(({ scaleResolutionDownBy = 1 }) => CAMERA.widthPx / scaleResolutionDownBy),
  temporalLayers: 3,
};
/** Of the page that shows a meeting's tiles. */
const GRID_WIDTH_PX = 1_440;

/** Opus frames of 20 ms; with DTX a silent one sends a packet each 400 ms. */
const TALKER_PACKETS = 50;
const SILENT_PACKETS = 2.5;
const TALKER_BITS = 40_000;
/** Who talks at once, on average. */
export const TALKERS = 1.2;

export interface Rate {
  readonly packetsPerSecond: number;
  readonly bitsPerSecond: number;
}

/** Of a camera, by spatial layer, the smallest first. */
export const LAYER_RATES: readonly Rate[] = encodings.map(({ maxBitrate }) => ({
  bitsPerSecond: maxBitrate,
  packetsPerSecond: Math.max(FRAMES_PER_SECOND, maxBitrate / PAYLOAD_BITS),
}));

export const ALL_LAYERS: Rate = LAYER_RATES.reduce((sum, rate) => add(sum, rate), {
  packetsPerSecond: 0,
  bitsPerSecond: 0,
});

/** Clients show so many others at most. */
export const SHOWN_CAMERAS = 25;
/** In a larger meeting the others are muted; Jitsi mutes who comes after the tenth (`startAudioMuted`, `startVideoMuted`). */
const OPEN_MICROPHONES = 25;

/** Of one camera as others see it when so many are shown in a grid. */
export function shownRate(shown: number): Rate {
  const widthPx = GRID_WIDTH_PX / Math.ceil(Math.sqrt(shown));
  const choice = selectLayers({ widthPx, visible: shown > 0 }, ladder);
  const layer = choice.kind === 'Layers' ? LAYER_RATES[choice.spatial] : undefined;
  return layer ?? { packetsPerSecond: 0, bitsPerSecond: 0 };
}

/** All open microphones of so many people. */
export function audioOf(people: number): Rate {
  const open = Math.min(people, OPEN_MICROPHONES);
  const talkers = Math.min(people, TALKERS);
  return {
    packetsPerSecond: talkers * TALKER_PACKETS + (open - talkers) * SILENT_PACKETS,
    bitsPerSecond: talkers * TALKER_BITS,
  };
}

function add(a: Rate, b: Rate): Rate {
  return {
    packetsPerSecond: a.packetsPerSecond + b.packetsPerSecond,
    bitsPerSecond: a.bitsPerSecond + b.bitsPerSecond,
  };
}

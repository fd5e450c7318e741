/** The script that tests add to a page: fake devices, and watching of what comes from others. */
import { noPictures, type Probe } from '@parley/e2e/probe/probe-contract.js';
import { installDevices, setLoudness } from './fake-devices.js';
import { createPictureWatch, type PictureWatch } from './picture-watch.js';
import { stalls } from './stall-watch.js';
import { listenTo } from './tone-watch.js';
import { watchElements } from './element-watch.js';

const pictures = new Map<string, PictureWatch>();
const sounds = new Map<string, MediaStreamTrack>();

/** @param key by which tests ask for it; a later track of the same key goes on where the earlier ended. */
export function watchTrack(key: string, track: MediaStreamTrack): void {
  if (track.kind === 'audio') {
    sounds.set(key, track);
    return;
  }
  const watch = pictures.get(key) ?? createPictureWatch();
  pictures.set(key, watch);
  watch.add(track);
}

const probe: Probe = {
  installDevices,
  setLoudness,
  watchVideosLabelled: (label) => watchElements(label, watchTrack),
  pictures: (key, sinceMs = 0) => pictures.get(key)?.report(sinceMs) ?? noPictures,
  stalls,
  keys: () => [...pictures.keys(), ...sounds.keys()],
  listen: async (key, forMs) => {
    const track = sounds.get(key);
    if (track === undefined) throw new Error(`no sound ${key}; there are: ${[...sounds.keys()].join(', ')}`);
    return listenTo(track, forMs);
  },
};

Object.assign(globalThis, { parleyProbe: probe });

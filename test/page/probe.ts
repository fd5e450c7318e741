/** The script that tests add to a page: fake devices, and watching of what comes from others. */
import { noPictures, type Probe } from '@parley/e2e/probe/probe-contract.js';
import { installDevices, setLoudness } from './fake-devices.js';
import { createPictureWatch, type PictureWatch } from './picture-watch.js';
import { stalls } from './stall-watch.js';
import { createSoundWatch, type SoundWatch } from './sound-watch.js';
import { listenTo } from './tone-watch.js';
import { watchElements } from './element-watch.js';

const pictures = new Map<string, PictureWatch>();
const sounds = new Map<string, MediaStreamTrack>();
const soundWatches = new Map<string, SoundWatch>();

/** @param key by which tests ask for it; a later track of the same key goes on where the earlier ended. */
export function watchTrack(key: string, track: MediaStreamTrack): void {
  if (track.kind === 'audio') {
    sounds.set(key, track);
    soundWatches.get(key)?.add(track);
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
  watchSound: (key) => {
    const watch = soundWatches.get(key) ?? createSoundWatch();
    soundWatches.set(key, watch);
    const track = sounds.get(key);
    if (track !== undefined) watch.add(track);
  },
  sound: (key, sinceMs) => {
    const watch = soundWatches.get(key);
    if (watch === undefined) throw new Error(`nobody listens to ${key}`);
    return watch.report(sinceMs);
  },
  keys: () => [...pictures.keys(), ...sounds.keys()],
  listen: async (key, forMs) => {
    const track = sounds.get(key);
    if (track === undefined) throw new Error(`no sound ${key}; there are: ${[...sounds.keys()].join(', ')}`);
    return listenTo(track, forMs);
  },
};

Object.assign(globalThis, { parleyProbe: probe });

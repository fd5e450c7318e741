import { useEffect, useState, useSyncExternalStore } from 'react';
import { createLocalMedia, type LocalMedia, type LocalMediaState } from './local-media.js';

/** Opens the devices while they are wanted, and lets go of them when the component goes. */
export function useLocalMedia(wanted: boolean): LocalMedia {
  // Without HTTPS a page has no mediaDevices, whatever the type says.
  const [media] = useState(() => createLocalMedia(navigator.mediaDevices as MediaDevices | undefined));
  useEffect(() => () => media.close(), [media]);
  useEffect(() => {
    if (!wanted) return;
    void media.start();
    return () => media.stop();
  }, [media, wanted]);
  return media;
}

export function useLocalMediaState(media: LocalMedia): LocalMediaState {
  return useSyncExternalStore(
    (changed) => media.subscribe(changed),
    () => media.state,
  );
}

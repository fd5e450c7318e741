import { useEffect, useState, useSyncExternalStore } from 'react';
import { createLocalMedia, type LocalMedia, type LocalMediaState } from './local-media.js';

/** Opens the devices when the component appears, and lets go of them when it goes. */
export function useLocalMedia(): LocalMedia {
  // Without HTTPS a page has no mediaDevices, whatever the type says.
  const [media] = useState(() => createLocalMedia(navigator.mediaDevices as MediaDevices | undefined));
  useEffect(() => {
    void media.start();
    return () => media.close();
  }, [media]);
  return media;
}

export function useLocalMediaState(media: LocalMedia): LocalMediaState {
  return useSyncExternalStore(
    (changed) => media.subscribe(changed),
    () => media.state,
  );
}

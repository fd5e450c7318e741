import { useCallback } from 'react';
import type { Shortcut } from '../core/shortcuts/read-shortcut.js';
import { toggleCamera, toggleMicrophone } from '../local-media/toggle.js';
import type { LocalMedia } from '../local-media/local-media.js';
import { useShortcuts } from './use-shortcuts.js';

/** The keys for microphone and camera; other shortcuts go to `other`, which should not change with every render. */
export function useMediaShortcuts(media: LocalMedia, other?: (shortcut: Shortcut) => void): void {
  const pressed = useCallback(
    (shortcut: Shortcut) => {
      if (shortcut === 'ToggleMicrophone') toggleMicrophone(media);
      else if (shortcut === 'ToggleCamera') toggleCamera(media);
      else other?.(shortcut);
    },
    [media, other],
  );
  useShortcuts(pressed);
}

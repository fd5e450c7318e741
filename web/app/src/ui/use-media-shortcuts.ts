import { useCallback } from 'react';
import type { Shortcut } from '../core/shortcuts/read-shortcut.js';
import { toggleCamera, toggleMicrophone } from '../local-media/toggle.js';
import type { LocalMedia } from '../local-media/local-media.js';
import { useShortcuts } from './use-shortcuts.js';

/**
 * The keys for microphone and camera, of who has them to send; other shortcuts go to `other`, which should not change with every render.
 */
export function useMediaShortcuts(media: LocalMedia | undefined, other?: (shortcut: Shortcut) => void): void {
  const pressed = useCallback(
    (shortcut: Shortcut) => {
      if (shortcut === 'ShowHelp') other?.(shortcut);
      else if (media !== undefined) (shortcut === 'ToggleMicrophone' ? toggleMicrophone : toggleCamera)(media);
    },
    [media, other],
  );
  useShortcuts(pressed);
}

import { useEffect } from 'react';
import { readShortcut, type Shortcut } from '../core/shortcuts/read-shortcut.js';

const typingIn = 'input, textarea, select, [contenteditable], dialog[open] *';

/** Calls back for each shortcut pressed anywhere on the page outside text fields and dialogs. */
export function useShortcuts(pressed: (shortcut: Shortcut) => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const shortcut = readShortcut({
        key: event.key,
        withModifier: event.ctrlKey || event.altKey || event.metaKey,
        isRepeat: event.repeat,
        isTyping: event.target instanceof Element && event.target.closest(typingIn) !== null,
      });
      if (shortcut === undefined) return;
      event.preventDefault();
      pressed(shortcut);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [pressed]);
}

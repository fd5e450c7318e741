/** Single keys that do something while nobody is typing. */
export type Shortcut = 'ToggleMicrophone' | 'ToggleCamera' | 'ShowHelp';

export const shortcuts: readonly { readonly key: string; readonly shortcut: Shortcut; readonly does: string }[] = [
  { key: 'm', shortcut: 'ToggleMicrophone', does: 'Mute or unmute your microphone' },
  { key: 'v', shortcut: 'ToggleCamera', does: 'Switch your camera on or off' },
  { key: '?', shortcut: 'ShowHelp', does: 'Show this help' },
];

export interface KeyPress {
  readonly key: string;
  /** Ctrl, Alt or Meta is held: that is the browser's or the system's. */
  readonly withModifier: boolean;
  readonly isRepeat: boolean;
  /** In a text field or a list, where letters mean themselves. */
  readonly isTyping: boolean;
}

export function readShortcut(press: KeyPress): Shortcut | undefined {
  if (press.withModifier || press.isRepeat || press.isTyping) return undefined;
  return shortcuts.find(({ key }) => key === press.key.toLowerCase())?.shortcut;
}

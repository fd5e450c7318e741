import { expect, test } from 'vitest';
import { readShortcut } from './read-shortcut.js';

const aPress = { key: 'm', withModifier: false, isRepeat: false, isTyping: false };

test.each([
  ['m mutes', {}, 'ToggleMicrophone'],
  ['M mutes, too', { key: 'M' }, 'ToggleMicrophone'],
  ['v switches the camera', { key: 'v' }, 'ToggleCamera'],
  ['? helps', { key: '?' }, 'ShowHelp'],
  ['typing is left alone', { isTyping: true }, undefined],
  ['shortcuts of the browser are left alone', { withModifier: true }, undefined],
  ['a key held down acts once', { isRepeat: true }, undefined],
  ['other keys do nothing', { key: 'x' }, undefined],
])('%s', (_, over, shortcut) => {
  expect(readShortcut({ ...aPress, ...over })).toBe(shortcut);
});

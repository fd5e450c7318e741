import { announce } from '../ui/announcer.js';
import type { LocalMedia } from './local-media.js';

/** Switches and says so, for those who cannot see the button change. */
export function toggleMicrophone(media: LocalMedia): void {
  const { microphone, muted } = media.state;
  if (microphone.kind === 'Failed') return;
  media.setMuted(!muted);
  announce(muted ? 'Your microphone is on' : 'You are muted');
}

export function toggleCamera(media: LocalMedia): void {
  const { camera } = media.state;
  if (camera.kind === 'Failed') return;
  const on = camera.kind === 'Off';
  void media.setCameraOn(on);
  announce(on ? 'Your camera is on' : 'Your camera is off');
}

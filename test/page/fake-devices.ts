import type { FakeDevices } from '@parley/e2e/probe/probe-contract.js';
import { createFakeCamera } from './fake-camera.js';
import { createFakeMicrophone, type FakeMicrophone } from './fake-microphone.js';

const microphones = new Set<FakeMicrophone>();
let loudness = 0.5;

export function setLoudness(next: number): void {
  loudness = next;
  for (const microphone of microphones) microphone.setLoudness(next);
}

export function openMicrophone(devices: FakeDevices): MediaStreamTrack {
  const microphone = createFakeMicrophone(devices.toneHz, loudness);
  microphones.add(microphone);
  return microphone.track;
}

export { createFakeCamera as openCamera };

/** Pages get these tracks from getUserMedia, and see one camera and one microphone. */
export function installDevices(devices: FakeDevices): void {
  loudness = devices.loudness;
  const list = [device('videoinput', 'Test camera'), device('audioinput', 'Test microphone')];
  Object.assign(navigator.mediaDevices, {
    getUserMedia: (constraints: MediaStreamConstraints = {}) => {
      const stream = new MediaStream();
      if (wanted(constraints.video)) stream.addTrack(createFakeCamera(devices));
      if (wanted(constraints.audio)) stream.addTrack(openMicrophone(devices));
      return Promise.resolve(stream);
    },
    enumerateDevices: () => Promise.resolve(list),
  });
}

function wanted(constraint: boolean | MediaTrackConstraints | undefined): boolean {
  return constraint !== undefined && constraint !== false;
}

function device(kind: MediaDeviceKind, label: string): MediaDeviceInfo {
  const info = { kind, label, deviceId: label, groupId: 'test' };
  return { ...info, toJSON: () => info };
}

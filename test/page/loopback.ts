/** A page that sends its fake devices to itself over a peer connection: holds the probe itself to what it says. */
import type { FakeDevices } from '@parley/e2e/probe/probe-contract.js';
import { createFakeCamera } from './fake-camera.js';
import { openMicrophone } from './fake-devices.js';
import { watchTrack } from './probe.js';

export async function loop(devices: FakeDevices): Promise<void> {
  const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  near.onicecandidate = ({ candidate }) => void far.addIceCandidate(candidate ?? undefined);
  far.onicecandidate = ({ candidate }) => void near.addIceCandidate(candidate ?? undefined);
  far.ontrack = ({ track }) => watchTrack(`loop/${track.kind}`, track);
  near.addTrack(createFakeCamera(devices));
  near.addTrack(openMicrophone(devices));
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription ?? { type: 'offer' });
  await far.setLocalDescription();
  await near.setRemoteDescription(far.localDescription ?? { type: 'answer' });
}

Object.assign(globalThis, { loop });

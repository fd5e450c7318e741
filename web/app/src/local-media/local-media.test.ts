import { expect, test } from 'vitest';
import { createLocalMedia } from './local-media.js';

class FakeTrack extends EventTarget {
  enabled = true;
  readyState = 'live';
  readonly kind: string;
  readonly deviceId: string;
  constructor(kind: string, deviceId: string) {
    super();
    this.kind = kind;
    this.deviceId = deviceId;
  }
  getSettings() {
    return { deviceId: this.deviceId };
  }
  stop() {
    this.readyState = 'ended';
  }
}

type Refusals = Partial<Record<'audio' | 'video', string>>;

/** A browser's devices: refuses with the named DOMException what `refusals` says. */
class FakeDevices extends EventTarget {
  refusals: Refusals = {};
  readonly opened: FakeTrack[] = [];
  prompts = 0;

  getUserMedia(constraints: MediaStreamConstraints): Promise<unknown> {
    this.prompts++;
    const kinds = (['audio', 'video'] as const).filter((kind) => constraints[kind] !== undefined);
    const refused = kinds.find((kind) => this.refusals[kind] !== undefined);
    if (refused !== undefined) return Promise.reject(new DOMException('refused', this.refusals[refused]));
    const tracks = kinds.map((kind) => {
      const wanted = constraints[kind] as MediaTrackConstraints;
      const exact = (wanted.deviceId as { exact?: string } | undefined)?.exact;
      return new FakeTrack(kind, exact ?? `default-${kind}`);
    });
    this.opened.push(...tracks);
    const of = (kind: string) => tracks.filter((track) => track.kind === kind);
    return Promise.resolve({
      getTracks: () => tracks,
      getAudioTracks: () => of('audio'),
      getVideoTracks: () => of('video'),
    });
  }

  enumerateDevices() {
    return Promise.resolve([
      { deviceId: 'default-audio', kind: 'audioinput', label: 'Built-in' },
      { deviceId: 'default-video', kind: 'videoinput', label: '' },
    ]);
  }
}

function aLocalMedia(refusals: Refusals = {}) {
  const devices = new FakeDevices();
  devices.refusals = refusals;
  return { devices, media: createLocalMedia(devices as unknown as MediaDevices) };
}

const live = (devices: FakeDevices) => devices.opened.filter((track) => track.readyState === 'live').length;

test('both devices come from one prompt', async () => {
  const { devices, media } = aLocalMedia();
  await media.start();
  expect(devices.prompts).toBe(1);
  expect(media.state.microphone.kind).toBe('On');
  expect(media.state.camera.kind).toBe('On');
  expect(media.state.devices.cameras).toEqual([{ deviceId: 'default-video', label: 'Camera 1' }]);
});

test('a missing camera leaves the microphone working', async () => {
  const { media } = aLocalMedia({ video: 'NotFoundError' });
  await media.start();
  expect(media.state.microphone.kind).toBe('On');
  expect(media.state.camera).toEqual({ kind: 'Failed', failure: 'Missing' });
});

test('a refusal of both is said for both', async () => {
  const { media } = aLocalMedia({ audio: 'NotAllowedError', video: 'NotAllowedError' });
  await media.start();
  expect(media.state.microphone).toEqual({ kind: 'Failed', failure: 'Denied' });
  expect(media.state.camera).toEqual({ kind: 'Failed', failure: 'Denied' });
});

test('switching the camera off closes it, and on opens the same device again', async () => {
  const { devices, media } = aLocalMedia();
  await media.start();
  await media.selectCamera('second');
  await media.setCameraOn(false);
  expect(media.state.camera.kind).toBe('Off');
  expect(live(devices)).toBe(1);
  await media.setCameraOn(true);
  expect(media.state.camera).toMatchObject({ kind: 'On', deviceId: 'second' });
});

test('a camera switched off while it opens stays off, and is closed', async () => {
  const { devices, media } = aLocalMedia();
  await media.start();
  await media.setCameraOn(false);
  const opening = media.setCameraOn(true);
  await media.setCameraOn(false);
  await opening;
  expect(media.state.camera.kind).toBe('Off');
  expect(live(devices)).toBe(1);
});

test('who stops gives both devices back, one that still opens, too, and may start again', async () => {
  const { devices, media } = aLocalMedia();
  const starting = media.start();
  media.stop();
  await starting;
  expect(media.state).toMatchObject({ microphone: { kind: 'Off' }, camera: { kind: 'Off' } });
  expect(live(devices)).toBe(0);
  await media.start();
  media.stop();
  expect(live(devices)).toBe(0);
  await media.start();
  expect(media.state.camera.kind).toBe('On');
});

test('muting outlives a change of the microphone', async () => {
  const { media } = aLocalMedia();
  await media.start();
  media.setMuted(true);
  await media.selectMicrophone('headset');
  expect(media.state.microphone).toMatchObject({ kind: 'On', deviceId: 'headset' });
  expect(media.state.microphone.kind === 'On' && media.state.microphone.track.enabled).toBe(false);
});

test('an unplugged microphone is said to be lost', async () => {
  const { devices, media } = aLocalMedia();
  await media.start();
  devices.opened[0]!.dispatchEvent(new Event('ended'));
  expect(media.state.microphone).toEqual({ kind: 'Failed', failure: 'Lost' });
});

test('closing lets go of every device', async () => {
  const { devices, media } = aLocalMedia();
  await media.start();
  media.close();
  expect(live(devices)).toBe(0);
});

test('a page without HTTPS has no devices, and says so', async () => {
  const media = createLocalMedia(undefined);
  await media.start();
  expect(media.state.microphone).toEqual({ kind: 'Failed', failure: 'Unsupported' });
  expect(media.state.camera).toEqual({ kind: 'Failed', failure: 'Unsupported' });
});

/**
 * This browser's microphone and camera: asked for once (one prompt), switched, muted and watched for being unplugged.
 * A camera that is off is closed, so that its light goes out; a muted microphone stays open, so that unmuting is instant.
 */
import { failureOf, type CaptureFailure } from './capture-failure.js';
import { groupDevices, noDevices, type DeviceChoices } from './device-choices.js';

export type LocalSource =
  | { readonly kind: 'Off' }
  | { readonly kind: 'Starting' }
  | { readonly kind: 'On'; readonly track: MediaStreamTrack; readonly deviceId: string | undefined }
  | { readonly kind: 'Failed'; readonly failure: CaptureFailure };

export interface LocalMediaState {
  readonly microphone: LocalSource;
  readonly camera: LocalSource;
  readonly muted: boolean;
  readonly devices: DeviceChoices;
  /** Output that remote voices are played on; undefined is the system's default. */
  readonly speakerId: string | undefined;
}

export interface LocalMedia {
  readonly state: LocalMediaState;
  subscribe(listener: () => void): () => void;
  /** Asks for both at once; what is missing or refused fails alone. */
  start(): Promise<void>;
  /** Lets go of both; start() asks again. */
  stop(): void;
  setMuted(muted: boolean): void;
  setCameraOn(on: boolean): Promise<void>;
  selectMicrophone(deviceId: string): Promise<void>;
  selectCamera(deviceId: string): Promise<void>;
  selectSpeaker(deviceId: string): void;
  close(): void;
}

type Kind = 'microphone' | 'camera';

const off: LocalSource = { kind: 'Off' };

function constraintsOf(kind: Kind, deviceId: string | undefined): MediaTrackConstraints {
  const device = deviceId === undefined ? {} : { deviceId: { exact: deviceId } };
  return kind === 'microphone'
    ? { ...device, echoCancellation: true, noiseSuppression: true, autoGainControl: true }
    : { ...device, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
}

class BrowserLocalMedia implements LocalMedia {
  state: LocalMediaState = { microphone: off, camera: off, muted: false, devices: noDevices, speakerId: undefined };
  readonly #listeners = new Set<() => void>();
  readonly #devices: MediaDevices | undefined;
  /** Grows with each request for a device: an answer that comes after a newer request is thrown away. */
  readonly #requests: Record<Kind, number> = { microphone: 0, camera: 0 };
  readonly #onDeviceChange = (): void => void this.#listDevices();
  #closed = false;

  constructor(devices: MediaDevices | undefined) {
    this.#devices = devices;
    devices?.addEventListener('devicechange', this.#onDeviceChange);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async start(): Promise<void> {
    const requests = { microphone: ++this.#requests.microphone, camera: ++this.#requests.camera };
    this.#set({ microphone: { kind: 'Starting' }, camera: { kind: 'Starting' } });
    try {
      const stream = await this.#capture({
        audio: constraintsOf('microphone', undefined),
        video: constraintsOf('camera', undefined),
      });
      this.#adopt('microphone', requests.microphone, stream.getAudioTracks()[0]);
      this.#adopt('camera', requests.camera, stream.getVideoTracks()[0]);
      await this.#listDevices();
    } catch {
      // One of the two is missing or refused; asked for alone, the other still works.
      await this.#open('microphone', undefined);
      await this.#open('camera', undefined);
    }
  }

  stop(): void {
    for (const kind of ['microphone', 'camera'] as const) {
      this.#requests[kind]++;
      this.#stop(kind);
    }
    this.#set({ microphone: off, camera: off });
  }

  setMuted(muted: boolean): void {
    if (this.state.microphone.kind === 'On') this.state.microphone.track.enabled = !muted;
    this.#set({ muted });
  }

  async setCameraOn(on: boolean): Promise<void> {
    if (on) return this.#open('camera', this.#lastDevice.camera);
    this.#requests.camera++;
    this.#stop('camera');
    this.#set({ camera: off });
  }

  async selectMicrophone(deviceId: string): Promise<void> {
    await this.#open('microphone', deviceId);
  }

  async selectCamera(deviceId: string): Promise<void> {
    this.#lastDevice.camera = deviceId;
    if (this.state.camera.kind !== 'Off') await this.#open('camera', deviceId);
  }

  selectSpeaker(deviceId: string): void {
    this.#set({ speakerId: deviceId });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#devices?.removeEventListener('devicechange', this.#onDeviceChange);
    this.#stop('microphone');
    this.#stop('camera');
    this.#listeners.clear();
  }

  readonly #lastDevice: Record<Kind, string | undefined> = { microphone: undefined, camera: undefined };

  async #open(kind: Kind, deviceId: string | undefined): Promise<void> {
    const request = ++this.#requests[kind];
    if (this.state[kind].kind !== 'On') this.#set({ [kind]: { kind: 'Starting' } });
    try {
      const constraints = constraintsOf(kind, deviceId);
      const stream = await this.#capture(kind === 'microphone' ? { audio: constraints } : { video: constraints });
      this.#adopt(kind, request, stream.getTracks()[0]);
      await this.#listDevices();
    } catch (error) {
      if (this.#closed || request !== this.#requests[kind]) return;
      this.#stop(kind);
      this.#set({ [kind]: { kind: 'Failed', failure: failureOf(error) } });
    }
  }

  #capture(constraints: MediaStreamConstraints): Promise<MediaStream> {
    return this.#devices?.getUserMedia(constraints) ?? Promise.reject(new TypeError('no devices on this page'));
  }

  #adopt(kind: Kind, request: number, track: MediaStreamTrack | undefined): void {
    if (this.#closed || request !== this.#requests[kind] || track === undefined) {
      track?.stop();
      return;
    }
    this.#stop(kind);
    if (kind === 'microphone') track.enabled = !this.state.muted;
    const deviceId = track.getSettings().deviceId;
    this.#lastDevice[kind] = deviceId;
    track.addEventListener('ended', () => this.#lost(kind, track));
    this.#set({ [kind]: { kind: 'On', track, deviceId } });
  }

  /** Unplugged, or taken away by the system. */
  #lost(kind: Kind, track: MediaStreamTrack): void {
    const source = this.state[kind];
    if (source.kind !== 'On' || source.track !== track) return;
    this.#lastDevice[kind] = undefined;
    this.#set({ [kind]: { kind: 'Failed', failure: 'Lost' } });
  }

  #stop(kind: Kind): void {
    const source = this.state[kind];
    if (source.kind === 'On') source.track.stop();
  }

  async #listDevices(): Promise<void> {
    const devices = (await this.#devices?.enumerateDevices()) ?? [];
    if (!this.#closed) this.#set({ devices: groupDevices(devices) });
  }

  #set(change: Partial<LocalMediaState>): void {
    if (this.#closed) return;
    this.state = { ...this.state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** `devices` is navigator.mediaDevices, which a page without HTTPS does not have: then both sources fail as unsupported. */
export function createLocalMedia(devices: MediaDevices | undefined): LocalMedia {
  return new BrowserLocalMedia(devices);
}

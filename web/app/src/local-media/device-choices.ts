export interface DeviceChoice {
  readonly deviceId: string;
  readonly label: string;
}

export interface DeviceChoices {
  readonly microphones: readonly DeviceChoice[];
  readonly cameras: readonly DeviceChoice[];
  readonly speakers: readonly DeviceChoice[];
}

export const noDevices: DeviceChoices = { microphones: [], cameras: [], speakers: [] };

type DeviceInfo = Pick<MediaDeviceInfo, 'deviceId' | 'kind' | 'label'>;

/** Devices as a user can choose them. Before permission browsers hide ids and labels: such devices are no choice. */
export function groupDevices(devices: readonly DeviceInfo[]): DeviceChoices {
  const choicesOf = (kind: MediaDeviceKind, noun: string): DeviceChoice[] =>
    devices
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map(({ deviceId, label }, index) => ({ deviceId, label: label === '' ? `${noun} ${index + 1}` : label }));
  return {
    microphones: choicesOf('audioinput', 'Microphone'),
    cameras: choicesOf('videoinput', 'Camera'),
    speakers: choicesOf('audiooutput', 'Speaker'),
  };
}

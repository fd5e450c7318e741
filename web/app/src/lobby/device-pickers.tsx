import { useId, type ReactElement } from 'react';
import type { DeviceChoice } from '../local-media/device-choices.js';
import { useLocalMediaState } from '../local-media/use-local-media.js';
import type { LocalMedia, LocalSource } from '../local-media/local-media.js';

interface PickerProps {
  readonly label: string;
  readonly choices: readonly DeviceChoice[];
  readonly value: string | undefined;
  readonly onChange: (deviceId: string) => void;
}

function Picker({ label, choices, value, onChange }: PickerProps): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value ?? ''}
        disabled={choices.length === 0}
        onChange={(event) => onChange(event.target.value)}
      >
        {value === undefined && <option value="">{choices.length === 0 ? 'None found' : 'Choose'}</option>}
        {choices.map((choice) => (
          <option key={choice.deviceId} value={choice.deviceId}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  );
}

const deviceOf = (source: LocalSource): string | undefined => (source.kind === 'On' ? source.deviceId : undefined);
/** Not every browser lets a page choose where sound goes. */
export const canChooseSpeaker: boolean = 'setSinkId' in HTMLMediaElement.prototype;

interface DevicePickersProps {
  readonly media: LocalMedia;
  /** Of who sends nothing. */
  readonly outputOnly?: boolean;
}

export function DevicePickers({ media, outputOnly = false }: DevicePickersProps): ReactElement {
  const { devices, microphone, camera, speakerId } = useLocalMediaState(media);
  return (
    <div className="device-pickers">
      {!outputOnly && (
        <>
          <Picker
            label="Microphone"
            choices={devices.microphones}
            value={deviceOf(microphone)}
            onChange={(deviceId) => void media.selectMicrophone(deviceId)}
          />
          <Picker
            label="Camera"
            choices={devices.cameras}
            value={deviceOf(camera)}
            onChange={(deviceId) => void media.selectCamera(deviceId)}
          />
        </>
      )}
      {canChooseSpeaker && (
        <Picker
          label="Speaker"
          choices={devices.speakers}
          value={speakerId ?? devices.speakers[0]?.deviceId}
          onChange={(deviceId) => media.selectSpeaker(deviceId)}
        />
      )}
    </div>
  );
}

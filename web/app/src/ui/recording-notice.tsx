import type { ReactElement } from 'react';
import { Icon } from './icon.js';

export const recordingNotice = 'This meeting is being recorded';

/** To be seen by whoever is in the meeting, or about to come in. */
export function RecordingNotice({ short = false }: { readonly short?: boolean }): ReactElement {
  return (
    <p className="recording-notice">
      <Icon name="recording" />
      {short ? 'Recording' : `${recordingNotice}.`}
    </p>
  );
}

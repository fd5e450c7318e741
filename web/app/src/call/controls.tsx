import type { ReactElement } from 'react';
import { canChooseSpeaker } from '../lobby/device-pickers.js';
import type { LocalMedia } from '../local-media/local-media.js';
import { RecordControl } from '../recordings/record-control.js';
import type { Recordings } from '../recordings/use-recordings.js';
import { Icon } from '../ui/icon.js';
import { MediaToggles } from '../ui/media-toggles.js';

interface ControlsProps {
  readonly media: LocalMedia;
  /** Of a webinar: has nothing to mute or to switch off. */
  readonly viewer: boolean;
  /** Of a host. */
  readonly recordings: Recordings | undefined;
  /** Whether a host may start recordings. */
  readonly canRecord: boolean;
  readonly onRecordings: () => void;
  readonly onHelp: () => void;
  readonly onSettings: () => void;
  readonly onLeave: () => void;
}

export function Controls(props: ControlsProps): ReactElement {
  const { media, viewer, recordings, canRecord, onRecordings, onHelp, onSettings, onLeave } = props;
  return (
    <nav className="controls" aria-label="Meeting controls">
      {!viewer && <MediaToggles media={media} />}
      {recordings !== undefined && canRecord && <RecordControl recordings={recordings} />}
      {recordings !== undefined && (
        <button type="button" className="control" onClick={onRecordings}>
          <Icon name="recordings" />
          <span className="control-caption">Recordings</span>
        </button>
      )}
      {(!viewer || canChooseSpeaker) && (
        <button type="button" className="control" onClick={onSettings}>
          <Icon name="settings" />
          <span className="control-caption">Devices</span>
        </button>
      )}
      <button type="button" className="control" aria-keyshortcuts="?" title="Help (?)" onClick={onHelp}>
        <Icon name="help" />
        <span className="control-caption">Help</span>
      </button>
      <button type="button" className="control leave" onClick={onLeave}>
        <Icon name="leave" />
        <span className="control-caption">Leave</span>
      </button>
    </nav>
  );
}

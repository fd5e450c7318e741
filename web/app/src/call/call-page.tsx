import type { ClosedReason } from '@parley/sdk/meeting-events.js';
import type { Meeting } from '@parley/sdk/meeting.js';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import type { Shortcut } from '../core/shortcuts/read-shortcut.js';
import { DevicePickers } from '../lobby/device-pickers.js';
import type { LocalMedia } from '../local-media/local-media.js';
import { RecordingProgress } from '../recordings/record-control.js';
import { RecordingsDialog } from '../recordings/recordings-dialog.js';
import { useRecordings } from '../recordings/use-recordings.js';
import { Announcer } from '../ui/announcer.js';
import { Modal } from '../ui/modal.js';
import { RecordingNotice } from '../ui/recording-notice.js';
import { useMediaShortcuts } from '../ui/use-media-shortcuts.js';
import { announceMeeting } from './announce-meeting.js';
import { Controls } from './controls.js';
import { HelpDialog } from './help-dialog.js';
import { publishLocalMedia } from './publish-local-media.js';
import { ReconnectingBanner } from './reconnecting-banner.js';
import { RemoteAudio } from './remote-audio.js';
import { Stage } from './stage.js';
import { useMeetingState, useParticipants, useRecording } from './use-meeting.js';

interface CallPageProps {
  readonly call: Meeting;
  readonly media: LocalMedia;
  readonly onOver: (reason: ClosedReason) => void;
}

type OpenDialog = 'None' | 'Help' | 'Settings' | 'Recordings';

export function CallPage({ call, media, onOver }: CallPageProps): ReactElement {
  const [dialog, setDialog] = useState<OpenDialog>('None');
  const viewer = call.role === 'viewer';
  const everybody = useParticipants(call);
  const participants = viewer ? everybody.filter(({ isLocal }) => !isLocal) : everybody;
  const state = useMeetingState(call);
  const recording = useRecording(call);
  const recordings = useRecordings(call.host, dialog === 'Recordings');
  useMediaShortcuts(
    viewer ? undefined : media,
    useCallback((shortcut: Shortcut) => {
      if (shortcut === 'ShowHelp') setDialog('Help');
    }, []),
  );

  useEffect(() => (viewer ? undefined : publishLocalMedia(call, media)), [call, media, viewer]);
  useEffect(() => announceMeeting(call), [call]);
  useEffect(() => {
    if (state.kind === 'Closed') onOver(state.reason);
  }, [state, onOver]);
  useEffect(() => {
    const leave = (): void => call.leave();
    const check = (): void => call.checkConnection();
    window.addEventListener('pagehide', leave);
    window.addEventListener('online', check);
    return () => {
      window.removeEventListener('pagehide', leave);
      window.removeEventListener('online', check);
      call.leave();
    };
  }, [call]);

  const closeDialog = useCallback(() => setDialog('None'), []);
  return (
    <div className="call">
      <header className="call-header">
        <h1>{call.title}</h1>
        <p>
          <span className="visually-hidden">Meeting id </span>
          {call.id}
        </p>
        <p>{headcount(participants.length, viewer)}</p>
        {recording && <RecordingNotice short />}
        {call.host !== undefined && <RecordingProgress recordings={recordings} />}
      </header>
      <ReconnectingBanner state={state} />
      <Stage call={call} participants={participants} />
      <RemoteAudio participants={participants} media={media} />
      <Controls
        media={media}
        viewer={viewer}
        recordings={call.host && recordings}
        canRecord={call.host?.canRecord === true}
        onRecordings={() => setDialog('Recordings')}
        onHelp={() => setDialog('Help')}
        onSettings={() => setDialog('Settings')}
        onLeave={() => call.leave()}
      />
      <Announcer />
      {dialog === 'Help' && <HelpDialog viewer={viewer} onClose={closeDialog} />}
      {dialog === 'Recordings' && <RecordingsDialog recordings={recordings} onClose={closeDialog} />}
      {dialog === 'Settings' && (
        <Modal title="Devices" onClose={closeDialog}>
          <DevicePickers media={media} outputOnly={viewer} />
        </Modal>
      )}
    </div>
  );
}

function headcount(count: number, viewer: boolean): string {
  const [one, many] = viewer ? ['speaker', 'speakers'] : ['person', 'people'];
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}

import { joinMeeting, describeMeeting, prewarm } from '@parley/sdk/join-meeting.js';
import type { ClosedReason } from '@parley/sdk/meeting-events.js';
import type { Meeting } from '@parley/sdk/meeting.js';
import type { WaitingForRoom } from '@parley/sdk/wait-for-room.js';
import { ParleyError } from '@parley/sdk/parley-error.js';
import type { MeetingAnswer } from '@parley/signaling/protocol/rest.js';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import { CallPage } from '../call/call-page.js';
import { passcodeMessage } from '../core/errors/describe-error.js';
import { Lobby, type LobbyAnswers } from '../lobby/lobby.js';
import { useLocalMedia } from '../local-media/use-local-media.js';
import { PageHeader } from '../ui/page-header.js';
import { ErrorPage } from './error-page.js';
import { OverPage } from './over-page.js';
import { rememberName } from './remembered.js';
import { WaitingPage } from './waiting-page.js';

interface MeetingPageProps {
  readonly meetingId: string;
  readonly region: string | undefined;
}

type Stage =
  | { readonly kind: 'Describing' }
  | { readonly kind: 'Lobby'; readonly joining: boolean; readonly passcodeError: string | undefined }
  | { readonly kind: 'Waiting'; readonly waiting: WaitingForRoom; readonly stop: () => void }
  | { readonly kind: 'InCall'; readonly call: Meeting }
  | { readonly kind: 'Over'; readonly reason: ClosedReason }
  | { readonly kind: 'Failed'; readonly error: ParleyError };

const lobby: Stage = { kind: 'Lobby', joining: false, passcodeError: undefined };

/** From a link to having left: what the meeting is, the lobby, the call, and after it. */
export function MeetingPage({ meetingId, region }: MeetingPageProps): ReactElement {
  const [meeting, setMeeting] = useState<MeetingAnswer>();
  const [stage, setStage] = useState<Stage>({ kind: 'Describing' });
  const [asked, setAsked] = useState(0);

  useEffect(() => {
    let gone = false;
    const failed = (error: unknown): void => {
      if (!gone) setStage({ kind: 'Failed', error: ParleyError.from(error) });
    };
    describeMeeting({ meetingId }).then((answer) => {
      if (gone) return;
      setMeeting(answer);
      setStage(lobby);
      prewarm().catch(failed);
    }, failed);
    return () => {
      gone = true;
    };
  }, [meetingId, asked]);

  const retry = useCallback(() => {
    setStage({ kind: 'Describing' });
    setAsked((count) => count + 1);
  }, []);
  const over = useCallback((reason: ClosedReason) => setStage({ kind: 'Over', reason }), []);

  switch (stage.kind) {
    case 'Failed':
      return <ErrorPage error={stage.error} onRetry={retry} />;
    case 'Over':
      return <OverPage reason={stage.reason} onRejoin={retry} />;
    case 'Describing':
    case 'Lobby':
    case 'Waiting':
    case 'InCall':
      if (meeting === undefined || stage.kind === 'Describing') return <Describing />;
      return <Attending meeting={meeting} region={region} stage={stage} onStage={setStage} onOver={over} />;
  }
}

function Describing(): ReactElement {
  return (
    <>
      <PageHeader />
      <main className="page">
        <p role="status">Looking for the meeting…</p>
      </main>
    </>
  );
}

interface AttendingProps {
  readonly meeting: MeetingAnswer;
  readonly region: string | undefined;
  readonly stage: Extract<Stage, { kind: 'Lobby' | 'Waiting' | 'InCall' }>;
  readonly onStage: (stage: Stage) => void;
  readonly onOver: (reason: ClosedReason) => void;
}

/** Holds the devices for as long as they are of use: over lobby and call. */
function Attending({ meeting, region, stage, onStage, onOver }: AttendingProps): ReactElement {
  // Of a webinar most are viewers: nobody is asked for a microphone who does not want to speak.
  const [speaks, setSpeaks] = useState(meeting.mode === 'SFU');
  const media = useLocalMedia(speaks);
  useEffect(() => {
    document.title = `${meeting.title} · Parley`;
  }, [meeting.title]);

  async function join({ name, passcode, speakerPasscode, hostPasscode }: LobbyAnswers): Promise<void> {
    onStage({ kind: 'Lobby', joining: true, passcodeError: undefined });
    if (speaks) rememberName(name);
    const giveUp = new AbortController();
    const stop = (): void => giveUp.abort();
    try {
      const call = await joinMeeting({
        meetingId: meeting.id,
        name,
        onWaiting: (waiting) => onStage({ kind: 'Waiting', waiting, stop }),
        signal: giveUp.signal,
        ...(passcode === undefined ? {} : { passcode }),
        ...(speakerPasscode === undefined ? {} : { speakerPasscode }),
        ...(hostPasscode === undefined ? {} : { hostPasscode }),
        ...(region === undefined ? {} : { region }),
      });
      onStage({ kind: 'InCall', call });
    } catch (cause) {
      if (giveUp.signal.aborted) {
        onStage(lobby);
        return;
      }
      const error = ParleyError.from(cause);
      const passcodeError = passcodeMessage(error.code);
      onStage(
        passcodeError === undefined ? { kind: 'Failed', error } : { kind: 'Lobby', joining: false, passcodeError },
      );
    }
  }

  if (stage.kind === 'InCall') return <CallPage call={stage.call} media={media} onOver={onOver} />;
  if (stage.kind === 'Waiting') return <WaitingPage waiting={stage.waiting} onStop={stage.stop} />;
  const { joining, passcodeError } = stage;
  return (
    <Lobby
      meeting={meeting}
      media={media}
      speaks={speaks}
      onSpeaks={setSpeaks}
      joining={joining}
      passcodeError={passcodeError}
      onJoin={(answers) => void join(answers)}
    />
  );
}

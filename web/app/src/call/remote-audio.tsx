import type { MeetingParticipant } from '@parley/sdk/core/roster/view-participants.js';
import { useCallback, useEffect, useRef, useState, type ReactElement } from 'react';
import type { LocalMedia } from '../local-media/local-media.js';
import { useLocalMediaState } from '../local-media/use-local-media.js';

interface RemoteAudioProps {
  readonly participants: readonly MeetingParticipant[];
  readonly media: LocalMedia;
}

/** Every other voice, each in an element of its own. A browser that wants a click before it plays sound gets a button. */
export function RemoteAudio({ participants, media }: RemoteAudioProps): ReactElement {
  const { speakerId } = useLocalMediaState(media);
  const [blocked, setBlocked] = useState(false);
  const [players] = useState(() => new Set<HTMLAudioElement>());
  const onBlocked = useCallback(() => setBlocked(true), []);

  function startAll(): void {
    setBlocked(false);
    for (const player of players) player.play().catch(onBlocked);
  }

  const voices = participants
    .filter(({ isLocal }) => !isLocal)
    .flatMap((participant) => participant.media.filter(({ kind }) => kind === 'audio'));
  return (
    <>
      {voices.map(({ producerId, track }) =>
        track === undefined ? null : (
          <Voice key={producerId} track={track} speakerId={speakerId} players={players} onBlocked={onBlocked} />
        ),
      )}
      {blocked && (
        <div className="start-audio" role="alert">
          <p>Your browser holds the sound back.</p>
          <button type="button" className="button primary" onClick={startAll}>
            Turn sound on
          </button>
        </div>
      )}
    </>
  );
}

interface VoiceProps {
  readonly track: MediaStreamTrack;
  readonly speakerId: string | undefined;
  readonly players: Set<HTMLAudioElement>;
  readonly onBlocked: () => void;
}

function Voice({ track, speakerId, players, onBlocked }: VoiceProps): ReactElement {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = audio.current;
    if (element === null) return;
    players.add(element);
    element.srcObject = new MediaStream([track]);
    element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') onBlocked();
    });
    return () => {
      players.delete(element);
      element.srcObject = null;
    };
  }, [track, players, onBlocked]);
  useEffect(() => {
    // A speaker that was unplugged meanwhile: the system's default goes on playing.
    if (speakerId !== undefined) audio.current?.setSinkId(speakerId).catch(() => undefined);
  }, [speakerId]);
  return <audio ref={audio} />;
}

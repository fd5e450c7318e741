import type { MeetingParticipant } from '@parley/sdk/core/roster/view-participants.js';
import { createVoicePlayer, type VoicePlayer } from '@parley/sdk/media/voice-player.js';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import type { LocalMedia } from '../local-media/local-media.js';
import { useLocalMediaState } from '../local-media/use-local-media.js';

interface RemoteAudioProps {
  readonly participants: readonly MeetingParticipant[];
  readonly media: LocalMedia;
}

/** Every other voice, each with a player of its own. A browser that wants a click before it plays sound gets a button. */
export function RemoteAudio({ participants, media }: RemoteAudioProps): ReactElement {
  const { speakerId } = useLocalMediaState(media);
  const [blocked, setBlocked] = useState(false);
  const [players] = useState(() => new Set<VoicePlayer>());
  const onBlocked = useCallback(() => setBlocked(true), []);

  function startAll(): void {
    setBlocked(false);
    for (const player of players) player.start();
  }

  const voices = participants
    .filter(({ isLocal }) => !isLocal)
    .flatMap(({ id, media: sent }) =>
      sent.flatMap(({ kind, source, track }) => (kind === 'audio' ? [{ key: `${id}/${source}`, track }] : [])),
    );
  return (
    <>
      {voices.map(({ key, track }) =>
        track === undefined ? null : (
          <Voice key={key} track={track} speakerId={speakerId} players={players} onBlocked={onBlocked} />
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
  readonly players: Set<VoicePlayer>;
  readonly onBlocked: () => void;
}

/** Of one participant, whatever node it comes over. */
function Voice({ track, speakerId, players, onBlocked }: VoiceProps): null {
  const [player] = useState(() =>
    createVoicePlayer({
      createElement: () => new Audio(),
      heard: (element) => document.body.append(element),
      blocked: onBlocked,
    }),
  );
  useEffect(() => {
    players.add(player);
    return () => {
      players.delete(player);
      player.close();
    };
  }, [player, players]);
  useEffect(() => player.play(track), [player, track]);
  useEffect(() => {
    if (speakerId !== undefined) player.setSpeaker(speakerId);
  }, [player, speakerId]);
  return null;
}

import type { Meeting } from '@parley/sdk/meeting.js';
import { useEffect, useRef, type ReactElement } from 'react';
import { initialsOf, type TileView } from '../core/grid/tiles-of.js';
import { Icon } from '../ui/icon.js';
import { Video } from '../ui/video.js';
import { QualityIndicator } from './quality-indicator.js';
import { useVisible } from './use-visible.js';

interface TileProps {
  readonly call: Meeting;
  readonly tile: TileView;
  /** In CSS pixels. */
  readonly widthPx: number;
  readonly speaking: boolean;
}

/** One person, or their screen. Tells the meeting how large it is shown, so that no more than that is sent. */
export function Tile({ call, tile, widthPx, speaking }: TileProps): ReactElement {
  const element = useRef<HTMLLIElement>(null);
  const visible = useVisible(element);
  const { participant, isScreen, video, muted } = tile;
  const producerId = participant.isLocal ? undefined : video?.producerId;
  useEffect(() => {
    if (producerId === undefined) return;
    call.setVideoHint(producerId, { widthPx: widthPx * window.devicePixelRatio, visible });
  }, [call, producerId, widthPx, visible]);

  const name = participant.isLocal ? `${participant.name} (you)` : participant.name;
  const caption = isScreen ? `${name}: screen` : name;
  return (
    <li
      ref={element}
      className={speaking && !isScreen ? 'tile speaking' : 'tile'}
      data-participant={participant.id}
      aria-label={[caption, muted && 'muted', speaking && 'speaking'].filter(Boolean).join(', ')}
    >
      {video?.track === undefined ? (
        <span className="initials" aria-hidden="true">
          {initialsOf(participant.name)}
        </span>
      ) : (
        <Video
          track={video.track}
          mirrored={participant.isLocal && !isScreen}
          label={isScreen ? `${name}'s screen` : `Video of ${name}`}
        />
      )}
      <div className="tile-footer">
        {muted && !isScreen && (
          <span className="tile-muted" title="Muted">
            <Icon name="microphone-off" />
          </span>
        )}
        <span className="tile-name">{caption}</span>
        <QualityIndicator quality={participant.quality} />
      </div>
    </li>
  );
}

import type { MeetingParticipant } from '@parley/sdk/core/roster/view-participants.js';
import type { Meeting } from '@parley/sdk/meeting.js';
import { useRef, useState, type CSSProperties, type ReactElement } from 'react';
import { bestGrid, tileAspectRatioOf } from '../core/grid/best-grid.js';
import { tilesOf } from '../core/grid/tiles-of.js';
import { Icon } from '../ui/icon.js';
import { Tile } from './tile.js';
import { useActiveSpeaker } from './use-meeting.js';
import { useSize } from './use-size.js';

interface StageProps {
  readonly call: Meeting;
  readonly participants: readonly MeetingParticipant[];
}

const gapPx = 8;
const minTileWidthPx = 150;

/** Everybody's tile, as large as the room allows. */
export function Stage({ call, participants }: StageProps): ReactElement {
  const element = useRef<HTMLElement>(null);
  const stage = useSize(element);
  const speaker = useActiveSpeaker(call);
  const tiles = tilesOf(participants);
  const grid = bestGrid(tiles.length, stage, { gapPx, minTileWidthPx, aspectRatio: tileAspectRatioOf(stage) });
  const style = {
    '--columns': grid.columns,
    '--tile-width': `${grid.tileWidthPx}px`,
    '--tile-height': `${grid.tileHeightPx}px`,
  } as CSSProperties;
  return (
    <main ref={element} className={grid.scrolls ? 'stage scrolls' : 'stage'} tabIndex={grid.scrolls ? 0 : -1}>
      <ul className="grid" style={style} aria-label="People in this meeting">
        {tiles.map((tile) => (
          <Tile
            key={tile.key}
            call={call}
            tile={tile}
            widthPx={grid.tileWidthPx}
            speaking={tile.participant.id === speaker.participantId}
          />
        ))}
      </ul>
      {participants.length === 0 && <p className="invitation">No speaker is here yet.</p>}
      {call.role === 'speaker' && participants.length === 1 && <Invitation />}
    </main>
  );
}

function Invitation(): ReactElement {
  const [copied, setCopied] = useState(false);
  // Pages without HTTPS have no clipboard: then the address bar has to do.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  return (
    <div className="invitation">
      <p>Nobody else is here yet.</p>
      {clipboard !== undefined && (
        <button
          type="button"
          className="button"
          onClick={() => {
            void clipboard.writeText(window.location.href).then(() => setCopied(true));
          }}
        >
          <Icon name="link" />
          <span role="status">{copied ? 'Link copied' : 'Copy the link'}</span>
        </button>
      )}
    </div>
  );
}
